import { isWide, type Scalar } from '../../packet/scalar.ts';
import type { Values } from './assign.ts';
import { Context, Exhausted } from './context.ts';
import { emit } from './emit.ts';
import type { Handle, Z3Module } from './module.ts';
import type { Formula, Variable } from './term.ts';

/** Measured to be the fastest for chains of rules: everything becomes propositional at once. */
const TACTICS = ['simplify', 'propagate-values', 'solve-eqs', 'bit-blast', 'sat'];
/** `Z3_lbool`. */
const FALSE = -1;
const TRUE = 1;

export type Verdict =
  /** Values of the variables that occur; all others may be anything. */
  | { readonly kind: 'model'; readonly values: Values; readonly rlimit: number }
  | { readonly kind: 'none'; readonly rlimit: number }
  | { readonly kind: 'gave up'; readonly reason: string; readonly rlimit: number };

/** Finds values for which all formulas hold, within so many steps of Z3. */
export async function check(module: Z3Module, formulas: readonly Formula[], rlimit: number): Promise<Verdict> {
  const context = new Context(module);
  try {
    return await checkIn(context, formulas, rlimit);
  } catch (error) {
    if (error instanceof Exhausted) return { kind: 'gave up', reason: error.message, rlimit };
    throw error;
  } finally {
    context.close();
  }
}

async function checkIn(context: Context, formulas: readonly Formula[], rlimit: number): Promise<Verdict> {
  const solver = solverOf(context, rlimit);
  const { assertions, variables } = emit(context, formulas);
  for (const assertion of assertions) context.call('solver_assert', solver, assertion);
  const held = context.call('ast_vector_size', context.call('solver_get_assertions', solver));
  if (held !== assertions.length) throw new Error(`Z3 holds ${held} of ${assertions.length} assertions`);
  const result = await context.callSlow('solver_check', solver);
  const spent = rlimitOf(context, solver);
  if (result === TRUE) return { kind: 'model', values: model(context, solver, variables), rlimit: spent };
  if (result === FALSE) return { kind: 'none', rlimit: spent };
  const reason = context.text('solver_get_reason_unknown', solver);
  return { kind: 'gave up', reason: reason === '' ? 'the solver is out of memory' : reason, rlimit: spent };
}

function solverOf(context: Context, rlimit: number): Handle {
  const tactics = TACTICS.map((name) => tacticOf(context, name));
  const tactic = tactics.reduce((a, b) => kept(context, 'tactic', context.call('tactic_and_then', a, b)));
  const solver = kept(context, 'solver', context.call('mk_solver_from_tactic', tactic));
  context.call('solver_set_params', solver, paramsOf(context, 'uint', 'rlimit', rlimit));
  return solver;
}

function tacticOf(context: Context, name: string): Handle {
  const tactic = kept(context, 'tactic', context.callText('mk_tactic', name));
  if (name !== 'solve-eqs') return tactic;
  // looking for equations inside disjunctions is quadratic: a minute for 20,000 rules
  return kept(
    context,
    'tactic',
    context.call('tactic_using_params', tactic, paramsOf(context, 'bool', 'context_solve', 0)),
  );
}

function paramsOf(context: Context, kind: 'bool' | 'uint', name: string, value: number): Handle {
  const params = kept(context, 'params', context.call('mk_params'));
  context.call(`params_set_${kind}`, params, context.callText('mk_string_symbol', name), value);
  return params;
}

/** Objects other than terms are counted by reference in every context. */
function kept(context: Context, kind: string, handle: Handle): Handle {
  context.call(`${kind}_inc_ref`, handle);
  return handle;
}

function model(context: Context, solver: Handle, variables: ReadonlyMap<Variable, Handle>): Values {
  const found = kept(context, 'model', context.call('solver_get_model', solver));
  return new Map([...variables].map(([{ name, width }, handle]) => [name, valueIn(context, found, handle, width)]));
}

function valueIn(context: Context, found: Handle, handle: Handle, width: number): Scalar {
  const memory = context.scratch(8);
  if (context.call('model_eval', found, handle, 1, memory) === 0) throw new Error('Z3 has no value for a variable');
  const numeral = context.module.HEAPU32[memory / 4] as Handle;
  if (isWide(width)) return BigInt(context.text('get_numeral_string', numeral));
  if (context.call('get_numeral_uint64', numeral, memory) === 0) throw new Error('Z3 has no number for a variable');
  return context.word(memory);
}

function rlimitOf(context: Context, solver: Handle): number {
  const statistics = kept(context, 'stats', context.call('solver_get_statistics', solver));
  const size = context.call('stats_size', statistics);
  for (let i = 0; i < size; i++)
    if (context.text('stats_get_key', statistics, i) === 'rlimit count')
      return context.call('stats_get_uint_value', statistics, i) >>> 0;
  return 0;
}
