import { GraphQLError, parse } from 'graphql';
import { useImperativeHandle, useState } from 'react';
import { Button } from 'react-aria-components/Button';
import { FieldError } from 'react-aria-components/FieldError';
import { Label } from 'react-aria-components/Label';
import { Tab, TabList, TabPanel, Tabs } from 'react-aria-components/Tabs';
import { TextArea } from 'react-aria-components/TextArea';
import { TextField } from 'react-aria-components/TextField';
import { useTranslation } from 'react-i18next';
import { ProblemNotice } from '../parts/problemNotice.js';
import { Waiting } from '../parts/waiting.js';
import type { GatewayAnswer } from '../session/gatewayClient.js';
import { ExampleList } from './exampleList.js';
import { FieldDocs } from './fieldDocs.js';
import type { EditorProps, WrittenOperation } from './operation.js';
import { readVariablesText } from './operationFile.js';

type TabName = 'question' | 'examples' | 'fields';

/** A question as plain text, for narrow windows, where the large editor has no room. */
export function PlainEditor({ schema, ask, onReport, initialQuery, editor }: EditorProps) {
  const { t } = useTranslation('explorer');
  const [tab, setTab] = useState<TabName>('question');
  const [operation, setOperation] = useState<WrittenOperation>({ query: initialQuery, variables: '' });
  const [outcome, setOutcome] = useState<{ answer?: GatewayAnswer; problem?: unknown; isWaiting?: boolean }>(
    {},
  );
  useImperativeHandle(editor, () => ({ read: () => operation, write: setOperation }), [operation]);

  const queryFault = faultOf(operation.query);
  const variables = variablesOf(operation.variables);
  const run = async ({ query, variables: text }: WrittenOperation): Promise<void> => {
    setOutcome({ isWaiting: true });
    try {
      setOutcome({ answer: await ask({ query, variables: readVariablesText(text) }) });
    } catch (problem) {
      setOutcome({ problem });
    }
  };

  return (
    <Tabs selectedKey={tab} onSelectionChange={(key) => setTab(key as TabName)}>
      <TabList aria-label={t('panel')}>
        <Tab id="question">{t('editorTab')}</Tab>
        <Tab id="examples">{t('examplesTab')}</Tab>
        <Tab id="fields">{t('fieldsTab')}</Tab>
      </TabList>
      <TabPanel id="question" className="plain-editor">
        <TextField
          value={operation.query}
          onChange={(query) => setOperation({ ...operation, query })}
          isInvalid={queryFault !== undefined}
        >
          <Label>{t('query')}</Label>
          <TextArea rows={12} spellCheck="false" autoCapitalize="off" />
          <FieldError>{queryFault && t('queryFault', { fault: queryFault })}</FieldError>
        </TextField>
        <TextField
          value={operation.variables}
          onChange={(text) => setOperation({ ...operation, variables: text })}
          isInvalid={!variables}
        >
          <Label>{t('variables')}</Label>
          <TextArea rows={3} spellCheck="false" autoCapitalize="off" />
          <FieldError>{t('variablesFault')}</FieldError>
        </TextField>
        <Button
          className="react-aria-Button main-action"
          isDisabled={queryFault !== undefined || !variables || outcome.isWaiting === true}
          onPress={() => void run(operation)}
        >
          {t('run')}
        </Button>
        {outcome.isWaiting && <Waiting />}
        {outcome.problem !== undefined && (
          <ProblemNotice problem={outcome.problem} retry={() => void run(operation)} />
        )}
        {outcome.answer && (
          <div>
            <h2>{t('result')}</h2>
            <pre className="plain-result" tabIndex={0} role="region" aria-label={t('result')}>
              {JSON.stringify(outcome.answer, null, 2)}
            </pre>
          </div>
        )}
      </TabPanel>
      <TabPanel id="examples">
        <ExampleList
          schema={schema}
          onReport={onReport}
          onRun={async (example) => {
            setOperation(example);
            setTab('question');
            await run(example);
          }}
        />
      </TabPanel>
      <TabPanel id="fields">
        <FieldDocs />
      </TabPanel>
    </Tabs>
  );
}

function faultOf(query: string): string | undefined {
  try {
    parse(query);
    return undefined;
  } catch (error) {
    return error instanceof GraphQLError ? error.message : String(error);
  }
}

function variablesOf(text: string): Readonly<Record<string, unknown>> | undefined {
  try {
    return readVariablesText(text);
  } catch {
    return undefined;
  }
}
