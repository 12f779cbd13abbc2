import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';

/** A pointer into the solver's memory, or a handle that it gave out. */
export type Handle = number;
type Argument = number | bigint;
type Function = (...of: Argument[]) => number;

/** Z3 as compiled by emscripten: the functions of its C interface under their names with a `_` in front. */
export interface Z3Module {
  readonly HEAPU8: Uint8Array;
  readonly HEAPU32: Uint32Array;
  UTF8ToString(text: Handle): string;
  _malloc(bytes: number): Handle;
  _free(memory: Handle): void;
  /** Without it an error ends the process. */
  _set_noop_error_handler(context: Handle): void;
  /** Runs a function in a thread of its own: the slow way to ask. */
  async_call(call: Function, ...of: Argument[]): Promise<number>;
  readonly [name: `_Z3_${string}` | `_async_Z3_${string}`]: Function | undefined;
}

/** Z3 for whoever needs it: most queries are answered without, and to start it takes 0.2 s. */
export type Solver = () => Promise<Z3Module>;

/** The compiled solver alone; `z3-solver`'s own entry also loads an interface that leaks with every query. */
const GLUE = 'z3-solver/build/z3-built.js';
const CODE = 'z3-solver/build/z3-built.wasm';

/** Starts a solver of its own: takes 0.15 s and 2 GiB of address space, of which it uses little. */
export async function loadModule(): Promise<Z3Module> {
  const require = createRequire(import.meta.url);
  const start = require(GLUE) as (options: Options) => Promise<Z3Module>;
  const code = await readFile(require.resolve(CODE));
  return await new Promise((resolve, reject) => {
    const instantiateWasm: Options['instantiateWasm'] = (imports, receive) => {
      wasm
        .instantiate(code, imports)
        .then(({ instance, module }) => receive({ exports: mirrored(instance.exports) }, module), reject);
      return {};
    };
    start({ instantiateWasm }).then(resolve, reject);
  });
}

type Exports = Readonly<Record<string, unknown>>;

interface Options {
  /** How emscripten lets others instantiate the code. */
  readonly instantiateWasm: (
    imports: object,
    receive: (instance: { exports: Exports }, module: unknown) => void,
  ) => object;
}

/** What Node's types leave out. */
const { WebAssembly: wasm } = globalThis as unknown as {
  WebAssembly: {
    instantiate(code: Uint8Array, imports: object): Promise<{ instance: { exports: Exports }; module: unknown }>;
  };
};

interface Table {
  get(index: number): unknown;
  set(index: number, value: unknown): void;
  grow(by: number): number;
  readonly length: number;
}

/** The exports with a table that remembers its functions: every C++ exception handler looks one up, a fifth of all time. */
function mirrored(exports: Exports): Exports {
  const table = exports['__indirect_function_table'] as Table;
  const known = Array.from({ length: table.length }, (): unknown => undefined); // dense, hence fast
  const mirror: Table = {
    get: (index) => (known[index] ??= table.get(index)),
    set(index, value) {
      known[index] = undefined;
      table.set(index, value);
    },
    grow: (by) => table.grow(by),
    get length() {
      return table.length;
    },
  };
  return { ...exports, __indirect_function_table: mirror };
}
