// Long, because it is a list: every planted hole with the attacks that must find it.

/** A text of one compiled module and its replacement. */
export interface Hole {
  /** Path below `dist/`. */
  readonly module: string;
  /** Occurs once. */
  readonly text: string;
  readonly by: string;
}

/** A gateway with a planted hole, and the attacks that must find it. */
export interface Mutant {
  readonly hole: string;
  readonly holes: readonly Hole[];
  readonly foundBy: readonly string[];
  readonly conceal?: boolean;
  /** Whether an attacker runs one of its registries. */
  readonly hasImposter?: boolean;
  /** Whether its identity provider signs any token. */
  readonly hasForger?: boolean;
}

/**
 * The first tier answers what validation against the visible schema found hidden, unless the policy check
 * refuses something.
 */
const hiddenPasses: Hole = {
  module: 'gateway/operation/operationPreparer.js',
  text: 'if (hidden && refusals.length === 0)',
  by: 'if (false)',
};

export const mutants: readonly Mutant[] = [
  {
    hole: 'the policy check skips fragments',
    holes: [
      hiddenPasses,
      {
        module: 'gateway/operation/policyCheck.js',
        text: 'visit(document, visitWithTypeInfo(typeInfo, {',
        by: 'visit(document, visitWithTypeInfo(typeInfo, { InlineFragment: () => false, FragmentDefinition: () => false,',
      },
    ],
    foundBy: ['27C4'],
  },
  {
    hole: 'the policy check skips fields with an alias',
    holes: [
      hiddenPasses,
      {
        module: 'gateway/operation/policyCheck.js',
        text: "if (node.name.value.startsWith('__') ||",
        by: "if (node.alias || node.name.value.startsWith('__') ||",
      },
    ],
    foundBy: ['5B90', '61D7'],
  },
  {
    hole: 'fields of an interface are not checked on the types behind it',
    holes: [
      {
        module: 'gateway/operation/policyCheck.js',
        text: 'schema.getPossibleTypes(type) : [type]',
        by: '[] : [type]',
      },
    ],
    foundBy: ['C05D'],
  },
  {
    hole: 'arguments are not checked',
    holes: [
      {
        module: 'gateway/operation/policyCheck.js',
        text: 'return fieldCoordinates(schema, type, field).map((coordinate) => `${coordinate}(${argument.name}:)`);',
        by: 'return [];',
      },
    ],
    foundBy: ['E217'],
  },
  {
    hole: 'both tiers allow one hidden field',
    holes: [
      hiddenPasses,
      {
        module: 'gateway/operation/policyCheck.js',
        text: 'coordinates.filter((coordinate) =>',
        by: "coordinates.filter((coordinate) => coordinate !== 'HealthContact.diagnosis' &&",
      },
      {
        module: 'registry-kit/enforcement/enforce.js',
        text: 'permissions: decision.show(field.coordinate),',
        by: "permissions: field.coordinate === 'HealthContact.diagnosis' ? [{ mask: undefined, conditions: [] }] : decision.show(field.coordinate),",
      },
    ],
    foundBy: ['0F1A'],
  },
  {
    hole: 'prepared operations are cached by their text alone',
    holes: [
      {
        module: 'gateway/operation/operationPreparer.js',
        text: 'JSON.stringify([decision.key, partial, hash,',
        by: 'JSON.stringify([hash,',
      },
    ],
    foundBy: ['1F84', '3A19'],
  },
  {
    hole: 'ids are the same in every pseudonymisation domain',
    holes: [
      {
        module: 'gateway/pseudonyms.js',
        text: 'JSON.stringify([purpose, recipient, permit ?? null, epoch])',
        by: 'JSON.stringify([epoch])',
      },
    ],
    foundBy: ['17D0', '4468'],
  },
  {
    hole: 'an id is accepted as any kind',
    holes: [
      {
        module: 'gateway/pseudonyms.js',
        text: 'if (block[KIND_AT] !== kindBytes[kind])',
        by: 'if (false)',
      },
    ],
    foundBy: ['2B3A'],
  },
  {
    hole: 'suggestions come from the whole schema',
    holes: [
      {
        module: 'gateway/operation/validateOperation.js',
        text: 'const errors = validate(visible, document, rules, { maxErrors: MAX_ERRORS });',
        by: 'const errors = validate(visible, document, rules).length === 0 ? [] : validate(api, document, rules);',
      },
    ],
    foundBy: ['4B5E', '59F0'],
  },
  {
    hole: 'introspection reads the whole schema',
    holes: [
      {
        module: 'federation/execution/execute.js',
        text: '...prepared, schema: visibleSchema,',
        by: '...prepared, schema: request.supergraph.apiSchema,',
      },
    ],
    foundBy: ['12AB', '2D06', '3C71'],
  },
  {
    hole: 'partial mode lists concealed fields, and introspection lists hidden criteria',
    holes: [
      {
        module: 'gateway/operation/operationPreparer.js',
        text: 'conceal ? derivable : undefined',
        by: 'undefined',
      },
      {
        module: 'gateway/operation/operationPreparer.js',
        text: 'validateOperation(document, { visible, api, conceal })',
        by: 'validateOperation(document, { visible, api, conceal: conceal && !partial })',
      },
    ],
    conceal: true,
    foundBy: ['6AA1', '7E14'],
  },
  {
    hole: 'identity codes are looked up without limit',
    holes: [
      {
        module: 'gateway/operation/lookupRate.js',
        text: 'if (lookups === 0)',
        by: 'if (true)',
      },
    ],
    foundBy: ['4C08'],
  },
  {
    hole: 'errors repeat parts of the request',
    holes: [
      {
        module: 'gateway/http/apolloServer.js',
        text: 'withoutIdentityCodes(message)',
        by: 'message',
      },
    ],
    foundBy: ['25BA'],
  },
  {
    hole: 'errors pass on internal texts',
    holes: [
      {
        module: 'gateway/http/apolloServer.js',
        text: 'withoutIdentityCodes(message)',
        by: 'String(error.stack)',
      },
    ],
    foundBy: ['93B7'],
  },
  {
    hole: 'tokens are read without verification',
    holes: [
      {
        module: 'schema/tokens/callerToken.js',
        text: 'await jwtVerify(token,',
        by: "((text) => ({ payload: JSON.parse(Buffer.from(text.split('.')[1], 'base64url').toString()) }))(token,",
      },
    ],
    foundBy: ['2A90', '5D18', '69EF'],
  },
  {
    hole: 'feeds are not masked',
    holes: [
      {
        module: 'registry-kit/enforcement/guardFeed.js',
        text: 'const precision = permission && datePrecision(permission.mask);',
        by: "const precision = permission && 'day';",
      },
    ],
    foundBy: ['29AD'],
  },
  {
    hole: 'feeds are used without testing conditions of the data subject',
    holes: [
      {
        module: 'registry-kit/enforcement/guardFeed.js',
        text: 'const permission = access.permit(permissions[index], about);',
        by: 'const permission = permissions[index][0];',
      },
      {
        module: 'registry-kit/enforcement/guardFeed.js',
        text: 'access.mayOpen(ways, range.person, start) &&',
        by: '',
      },
    ],
    foundBy: ['3D52'],
  },
  {
    hole: 'filters read the dates behind a mask',
    holes: [
      {
        module: 'registry-kit/contacts/period.js',
        text: 'lastDayOf(partialDay(period.until, start))',
        by: 'period.until',
      },
    ],
    foundBy: ['18CA'],
  },
  {
    hole: 'aliases are not counted',
    holes: [
      {
        module: 'federation/execution/limits.js',
        text: "refuseOver('aliases', size.aliases, limits.aliases);",
        by: '',
      },
    ],
    foundBy: ['2F97'],
  },
  {
    hole: 'batches, requests of other sites and caching of answers are allowed',
    holes: [
      {
        module: 'federation/http/graphqlRequest.js',
        text: 'if (!isObject(members))',
        by: 'if (Array.isArray(members)) return readMembers(members[0], isSafe, textOf); if (!isObject(members))',
      },
      {
        module: 'federation/http/graphqlRequest.js',
        text: "return type?.essence === 'application/json' && isUtf8(type);",
        by: 'return true;',
      },
      { module: 'federation/http/respond.js', text: "'no-store'", by: "'max-age=60'" },
    ],
    foundBy: ['1B52', '2CE9', '4D75'],
  },
  {
    hole: 'an assessment lists every factor separately',
    holes: [
      {
        module: 'subgraphs/risk/assess.js',
        text: 'factors.every((factor) => shown.has(factor))',
        by: 'true',
      },
    ],
    foundBy: ['5EC7'],
  },
  {
    hole: 'a number is shown although there is no assessment',
    holes: [
      {
        module: 'subgraphs/risk/riskAssessment.js',
        text: "result.status === 'ASSESSED' ? read(result.assessment) : null",
        by: "result.status === 'ASSESSED' ? read(result.assessment) : 0",
      },
    ],
    foundBy: ['6FD9'],
  },
  {
    hole: 'a registry gets requests whatever schema it answers',
    holes: [
      {
        module: 'gateway/registries/pinnedSource.js',
        text: "throw new PolkuError('SUBGRAPH_UNAVAILABLE', 'A registry did not answer.', { subgraph: name });",
        by: ';',
      },
    ],
    hasImposter: true,
    foundBy: ['C8D2'],
  },
  {
    hole: "another registry's field is required, and plans are not checked against contracts",
    holes: [
      {
        module: 'federation/supergraph/supergraph.js',
        text: 'composeContracts(subgraphs.map(({ contract }) => contract),',
        by: `composeContracts(subgraphs.map(({ contract: { name, sdl } }) => ({ name, sdl: name !== 'health' ? sdl : sdl
          .replace('type Person @key(fields: "id") {', 'type Person @key(fields: "id") { birthYear: Int @external')
          .replace('): [HealthContact!]', '): [HealthContact!] @requires(fields: "birthYear")') })),`,
      },
      {
        module: 'gateway/operation/planLineage.js',
        text: 'if (!isKey && !(may.required.has(coordinate) && this.feeds.has(coordinate)))',
        by: 'if (false)',
      },
    ],
    hasImposter: true,
    foundBy: ['B7A1'],
  },
  {
    hole: 'requests are read before the token, and leniently: names, nulls, media types, pages, plans and reasons',
    holes: [
      {
        module: 'gateway/http/graphqlRoute.js',
        text: 'refuseOtherSites(request);',
        by: 'refuseOtherSites(request); request.early = await readGraphqlRequest(request, search, gateway.limits.bodyBytes);',
      },
      {
        module: 'gateway/http/graphqlRoute.js',
        text: 'await readGraphqlRequest(request, search, bodyBytes, textOf);',
        by: 'request.early;',
      },
      {
        module: 'federation/http/graphqlRequest.js',
        text: 'operationName: (operationName || undefined),',
        by: 'operationName: operationName ?? undefined,',
      },
      {
        module: 'federation/execution/variables.js',
        text: 'if (raw === null && variable.nonNull && !isNonNullType(type))',
        by: 'if (false)',
      },
      {
        module: 'federation/http/graphqlRequest.js',
        text: "return type?.essence === 'application/json' && isUtf8(type);",
        by: "return contentType.startsWith('application/json');",
      },
      {
        module: 'gateway/operation/operationPreparer.js',
        text: 'pageSizes: pageSizesIn(form.document, limits),',
        by: "pageSizes: pageSizesIn(normalForm(oneOperation(document, document.definitions.findLast(({ kind }) => kind === 'OperationDefinition').name?.value), undefined, supergraph).document, limits),",
      },
      {
        module: 'federation/execution/limits.js',
        text: "refuseOver('planning', cost, planning);",
        by: '',
      },
      {
        module: 'gateway/identity/purpose.js',
        text: 'if (holdsIdentityCode(reason))',
        by: 'if (/\\d{6}[-+A-Y]\\d{3}[0-9A-Y]/.test(reason))',
      },
    ],
    foundBy: ['1F5A', '2E6B', '3D7C', '4C8E', '8CC3', '8D4F', '9E50'],
  },
  {
    hole: 'requests to registries have no limits: filters, groups, the access log, birthdays, rows',
    holes: [
      {
        module: 'registry-kit/criteria/groupFilter.js',
        text: 'if (++this.#entries > MAX_ENTRIES)',
        by: "if (name !== 'family' && ++this.#entries > MAX_ENTRIES)",
      },
      {
        module: 'registry-kit/criteria/groupFilter.js',
        text: 'if (this.#criteria === before)',
        by: 'if (false)',
      },
      {
        module: 'disclosure-control/disclosureControl.js',
        text: 'form({ organisation, group, within, parameters }) {',
        by: 'form({ organisation, group, within, parameters }) { return;',
      },
      {
        module: 'federation/execution/limits.js',
        text: "refuseOver('page size', size, listSize);",
        by: '',
      },
      {
        module: 'gateway/governance/accessLog.js',
        text: 'if (first < 0 || first > MAX_ENTRIES)',
        by: 'if (false)',
      },
      {
        module: 'subgraphs/population/predictionFeatures.js',
        text: "'person' in asked ? isMinorByYear(shownBirthYears(access)) : undefined",
        by: 'undefined',
      },
      {
        module: 'registry-kit/feeds/registryFeed.js',
        text: 'return Math.round(count / unit) * unit || Number.NaN;',
        by: 'return count || Number.NaN;',
      },
    ],
    foundBy: ['4A77', '5B9F', '6B2D', '6C0D', '7C3E'],
  },
  {
    hole: 'everything that the identity provider has signed counts as a token',
    holes: [
      {
        module: 'schema/tokens/callerClaims.js',
        text: "subject: text(payload.sub, 'sub'),",
        by: 'subject: payload.sub,',
      },
    ],
    hasForger: true,
    foundBy: ['7BB2'],
  },
  {
    hole: 'the log does not show who reads it',
    holes: [
      {
        module: 'gateway/audit/logPage.js',
        text: '(filter.subject === undefined || filter.subject === subject)',
        by: "purpose !== 'oversight' && (filter.subject === undefined || filter.subject === subject)",
      },
    ],
    foundBy: ['C7E3'],
  },
  {
    hole: 'a signature of a policy revision need not match its text',
    holes: [{ module: 'approvals/signedDocument.js', text: 'if (fault !== undefined)', by: 'if (false)' }],
    hasForger: true,
    foundBy: ['A5C1'],
  },
  {
    hole: 'a passkey may have signed another text',
    holes: [
      {
        module: 'approvals/passkey.js',
        text: "if (client['challenge'] !== challengeOf(payload))",
        by: 'if (false)',
      },
    ],
    hasForger: true,
    foundBy: ['A5C1'],
  },
];
