// The rule that keeps texts of the console in its text files (console/src/<folder>/texts), in every language.

const shownAttributes = new Set([
  'alt',
  'aria-description',
  'aria-label',
  'aria-roledescription',
  'caption',
  'description',
  'empty',
  'fault',
  'hint',
  'label',
  'lead',
  'placeholder',
  'title',
]);

/** The name of the product is the same in every language. */
const hasWords = (text) => /\p{L}{2,}/u.test(text.replaceAll('Polku', ''));

/** The text that an expression shows by itself; undefined where there is none. */
function literalOf(node) {
  if (node?.type === 'Literal' && typeof node.value === 'string') return node.value;
  if (node?.type === 'TemplateLiteral') return node.quasis.map(({ value }) => value.raw).join(' ');
  return undefined;
}

/** ESLint: JSX shows no text of its own. */
export const translatedTexts = {
  meta: {
    type: 'problem',
    schema: [],
    messages: { literal: 'Put "{{text}}" into texts/en.json, fi.json and sv.json, and show it by t().' },
  },
  create(context) {
    const check = (node, text) => {
      if (text !== undefined && hasWords(text))
        context.report({ node, messageId: 'literal', data: { text: text.trim() } });
    };
    return {
      JSXText: (node) => check(node, node.value),
      JSXAttribute({ name, value }) {
        if (!shownAttributes.has(name.name) || !value) return;
        check(value, literalOf(value.type === 'JSXExpressionContainer' ? value.expression : value));
      },
      'JSXElement > JSXExpressionContainer': (node) => check(node, literalOf(node.expression)),
      'JSXFragment > JSXExpressionContainer': (node) => check(node, literalOf(node.expression)),
    };
  },
};
