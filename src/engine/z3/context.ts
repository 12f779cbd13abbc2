import type { Handle, Z3Module } from './module.ts';

/** `Z3_error_code`: nothing wrong, and the heap is full. */
const OK = 0;
const OUT_OF_MEMORY = 7;

/** The solver could not go on: no mistake of ours, and no answer. */
export class Exhausted extends Error {}

/**
 * One context of Z3 and all that lives in it; `close` frees everything. Z3 says nothing of its own accord when a call goes
 * wrong, and goes on without what was asserted: so no call goes without asking for the error code.
 */
export class Context {
  readonly module: Z3Module;
  readonly #context: Handle;
  #scratch: Handle;
  #size = 256;

  constructor(module: Z3Module) {
    this.module = module;
    const config = bound(module, '_Z3_mk_config')();
    this.#context = bound(module, '_Z3_mk_context')(config);
    bound(module, '_Z3_del_config')(config);
    if (this.#context === 0) throw new Exhausted('the solver gives out no context');
    module['_set_noop_error_handler'](this.#context);
    this.#scratch = module['_malloc'](this.#size);
  }

  /** Calls `Z3_NAME` with this context. @throws Error if Z3 finds fault with it, {@link Exhausted} if its heap is full */
  call(name: string, ...of: readonly (number | bigint)[]): Handle {
    const result = bound(this.module, `_Z3_${name}`)(this.#context, ...of);
    this.verify(name);
    return result;
  }

  /** Like `call`, in a thread if this solver can't be asked directly. */
  async callSlow(name: string, ...of: readonly (number | bigint)[]): Promise<Handle> {
    if (this.module[`_Z3_${name}`] !== undefined) return this.call(name, ...of);
    const result = await this.module.async_call(bound(this.module, `_async_Z3_${name}`), this.#context, ...of);
    this.verify(name);
    return result;
  }

  verify(name: string): void {
    const code = bound(this.module, '_Z3_get_error_code')(this.#context);
    if (code === OK) return;
    const message = this.module.UTF8ToString(bound(this.module, '_Z3_get_error_msg')(this.#context, code));
    throw code === OUT_OF_MEMORY
      ? new Exhausted('the solver is out of memory')
      : new Error(`Z3_${name}: ${message} (${code})`);
  }

  /** Calls `Z3_NAME(context, length, list)`. */
  callList(name: string, list: readonly Handle[]): Handle {
    const memory = this.scratch(4 * list.length);
    this.module.HEAPU32.set(list, memory / 4);
    return this.call(name, list.length, memory);
  }

  /** Calls `Z3_NAME(context, text, …)`; plain ASCII only. */
  callText(name: string, text: string, ...more: readonly Handle[]): Handle {
    const memory = this.scratch(text.length + 1);
    this.module.HEAPU8.set(
      [...text].map((char) => char.charCodeAt(0)),
      memory,
    );
    this.module.HEAPU8[memory + text.length] = 0;
    return this.call(name, memory, ...more);
  }

  text(name: string, ...of: readonly number[]): string {
    return this.module.UTF8ToString(this.call(name, ...of));
  }

  /** Memory of at least so many bytes, until the next call that takes some. */
  scratch(bytes: number): Handle {
    if (bytes > this.#size) {
      this.module['_free'](this.#scratch);
      this.#size = 2 ** Math.ceil(Math.log2(bytes));
      this.#scratch = this.module['_malloc'](this.#size);
      if (this.#scratch === 0) throw new Exhausted('the solver is out of memory');
    }
    return this.#scratch;
  }

  /** The two words of an unsigned 64-bit number as one number; exact up to 53 bits. */
  word(memory: Handle): number {
    const [low, high] = this.module.HEAPU32.subarray(memory / 4, memory / 4 + 2);
    return (high as number) * 2 ** 32 + (low as number);
  }

  close(): void {
    this.module['_free'](this.#scratch);
    bound(this.module, '_Z3_del_context')(this.#context);
  }
}

function bound(
  module: Z3Module,
  name: `_Z3_${string}` | `_async_Z3_${string}`,
): (...of: (number | bigint)[]) => number {
  const found = module[name];
  if (found === undefined) throw new Error(`this solver has no ${name}`);
  return found;
}
