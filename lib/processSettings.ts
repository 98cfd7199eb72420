import { setFlagsFromString } from 'node:v8';

/*
 * V8 allocates objects directly in the old heap if such objects often survived a minor garbage collection. In
 * this server those are the objects of requests in progress. Dead objects in the old heap, and everything
 * that they refer to, stay until the next major collection. This module must be imported first, before
 * anything is compiled.
 */
setFlagsFromString('--no-allocation-site-pretenuring');

/*
 * Outside production mode, graphql-js checks in every type test whether two copies of it are loaded. That
 * makes validation slower. This module must be imported before graphql.
 */
process.env['NODE_ENV'] ??= 'production';
