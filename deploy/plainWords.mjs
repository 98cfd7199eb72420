// The rule that keeps comments and texts in plain English (GLOSSARY.md has the terms). test/unit/plainWords.test.ts holds documents to it.

/** Words that a reader of today does not use, and words that named a term before the glossary did. */
const words = [
  'whoever',
  'whomever',
  'whom',
  'of which',
  'thereof',
  'thereby',
  'therein',
  'whereby',
  'wherein',
  'whence',
  'anew',
  'hence',
  'hitherto',
  'lest',
  'naught',
  'aught',
  'betwixt',
  'foretell\\w*',
  'foretold',
  'foresee\\w*',
  'foresaw',
  'reckon\\w*',
];
const banned = new RegExp(`\\b(${words.join('|')})\\b`, 'i');

/** The first word of a text that plain English does without; undefined where there is none. */
export function bannedWord(text) {
  return banned.exec(text)?.[1];
}

const COMMENT_COLUMNS = 110;

/** ESLint: comments and texts use plain words, and comments are at most 110 columns wide. */
export const plainWords = {
  meta: {
    type: 'suggestion',
    schema: [],
    messages: {
      word: 'Write "{{word}}" in plain English (GLOSSARY.md, CONTRIBUTING.md).',
      width: `A comment is at most ${COMMENT_COLUMNS} columns wide; this line has {{columns}}.`,
    },
  },
  create(context) {
    const { sourceCode } = context;
    const check = (node, text) => {
      const word = bannedWord(text);
      if (word) context.report({ node, messageId: 'word', data: { word } });
    };
    return {
      Program() {
        for (const comment of sourceCode.getAllComments()) {
          check(comment, comment.value);
          for (let line = comment.loc.start.line; line <= comment.loc.end.line; line++) {
            const columns = sourceCode.lines[line - 1].length;
            const isWhole =
              sourceCode.lines[line - 1].trimStart().startsWith('/') || line > comment.loc.start.line;
            if (columns > COMMENT_COLUMNS && isWhole)
              context.report({ loc: comment.loc, messageId: 'width', data: { columns } });
          }
        }
      },
      Literal(node) {
        if (typeof node.value === 'string') check(node, node.value);
      },
      TemplateElement: (node) => check(node, node.value.raw),
      JSXText: (node) => check(node, node.value),
      Identifier: (node) => check(node, node.name.replace(/([a-z])([A-Z])/g, '$1 $2')),
    };
  },
};
