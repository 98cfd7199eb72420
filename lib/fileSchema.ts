import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv2020, type ErrorObject, type Options, type ValidateFunction } from 'ajv/dist/2020.js';
import { packageRoot } from './packageRoot.js';

/** A place where a value does not fit its schema. */
export type SchemaViolation = ErrorObject;

/** Tests of texts, by the names that a schema calls "format". */
export type SchemaFormats = Readonly<Record<string, true | ((text: string) => boolean)>>;

/**
 * What a file may contain, as a JSON Schema in schema/ says. Editors use the same schemas and report the same
 * violations.
 */
export class FileSchema<File> {
  #validate: ValidateFunction<File> | undefined;

  /** @param name of the file schema/<name>.schema.json */
  constructor(
    private readonly name: string,
    private readonly formats: SchemaFormats = {},
  ) {}

  /** Whether a value fits. If it does not, `violations` has the reasons. */
  fits(value: unknown): value is File {
    return this.#compiled()(value);
  }

  /** All violations of the value that was tested last. */
  get violations(): readonly SchemaViolation[] {
    return this.#compiled().errors ?? [];
  }

  /** Compiled at its first use: most commands read two or three kinds of files. */
  #compiled(): ValidateFunction<File> {
    return (this.#validate ??= this.#compile());
  }

  #compile(): ValidateFunction<File> {
    const text = readFileSync(join(packageRoot(), 'schema', `${this.name}.schema.json`), 'utf8');
    const ajv = new Ajv2020(OPTIONS);
    for (const [name, test] of Object.entries(this.formats)) ajv.addFormat(name, test);
    return ajv.compile<File>(JSON.parse(text) as object);
  }
}

const OPTIONS: Options = {
  allErrors: true,
  verbose: true,
  strict: false,
  useDefaults: true,
  // A validator runs once or twice. Optimizing its code would take longer than running it.
  code: { optimize: false },
};
