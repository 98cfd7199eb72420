/*
 * Unless it is told that this is production, graphql-js looks in every check of a type whether two copies of it are loaded: a
 * tenth of what checking an operation takes. Imported before graphql is.
 */
process.env['NODE_ENV'] ??= 'production';
