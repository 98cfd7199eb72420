import editorWorker from 'monaco-editor/esm/vs/editor/editor.worker.js?worker';
import jsonWorker from 'monaco-editor/esm/vs/language/json/json.worker.js?worker';
import graphqlWorker from 'monaco-graphql/esm/graphql.worker.js?worker';

const addresses: Readonly<Record<string, string>> = { json: jsonWorker, graphql: graphqlWorker };

/** Tells Monaco where its workers lie: beside this script, never elsewhere. */
export function installMonacoWorkers(): void {
  window.MonacoEnvironment = {
    getWorker: (_id, label) => new Worker(new URL(addresses[label] ?? editorWorker, import.meta.url)),
  };
}
