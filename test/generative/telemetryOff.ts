// @apollo/gateway reports home unless this is set before it starts; imported first wherever that package is.
process.env['APOLLO_TELEMETRY_DISABLED'] = 'true';
