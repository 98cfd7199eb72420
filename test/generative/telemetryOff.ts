// @apollo/gateway reports home unless this is set before it starts: imported before it.
process.env['APOLLO_TELEMETRY_DISABLED'] = 'true';
