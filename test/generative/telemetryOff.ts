// @apollo/gateway sends telemetry unless this is set before it starts, so this module is imported before
// it.
process.env['APOLLO_TELEMETRY_DISABLED'] = 'true';
