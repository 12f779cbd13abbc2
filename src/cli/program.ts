import { Command, Option } from 'commander';
import type { Change } from '../parse/what-if/what-if.ts';
import type { Io } from './io.ts';
import { version } from './version.ts';

export interface Options {
  /** The what-ifs, in the order of the command line. */
  readonly changes: readonly Change[];
  readonly format: string;
  readonly verbose: boolean;
  /** `--color`, `--no-color`; absent: as the terminal is. */
  readonly color: boolean | undefined;
}

type Action = (status: Promise<number>) => void;

const STATUSES = `
Exit status: 0 yes, or everything met; 1 no, violated, or differs; 2 usage, or input that cannot
be read (nothing is concluded); 3 unknown; 70 internal error.`;

const SNAPSHOT = 'folder with one folder a node and network.yaml';

const CHANGES = [
  [
    '--set <node:KEY=VALUE>',
    'what if: a sysctl, IFACE.up, IFACE.promisc, IFACE.hairpin, TABLE:CHAIN:policy; LINK.mac-filter',
  ],
  ['--delete <node:TABLE:CHAIN:N>', 'what if: rule N of the chain were not there (node:-6:… of ip6tables)'],
  ['--insert <node:-t T -I CHAIN N ...>', 'what if: the rule were there (node:-6 … of ip6tables)'],
] as const;

/** Adds the what-ifs: all three fill one list, so that it keeps the order of the command line. */
function withChanges(command: Command): Command {
  const changes: Change[] = [];
  for (const [flags, description] of CHANGES) {
    const option = flags.split(' ')[0] as Change['option'];
    const collect = (text: string): Change[] => {
      changes.push({ option, text });
      return changes;
    };
    command.addOption(new Option(flags, `${description} (repeatable, left to right)`).argParser(collect));
  }
  return command.hook('preAction', (self) => void self.setOptionValue('changes', changes));
}

const format = (...choices: readonly string[]): Option =>
  new Option('--format <format>', 'how to print the answer').choices(choices).default(choices[0]);
const verbose = (): Option =>
  new Option('-v, --verbose', 'every hop of every packet, jumps and policies too').default(false);

function options(command: Command): Options {
  const values = command.optsWithGlobals<Partial<Options>>();
  const { changes = [], format: form = 'text', verbose: every = false, color } = values;
  return { changes, format: form, verbose: every, color };
}

/** The whole command line: names, texts, and which file carries out what. Nothing is loaded before its command runs. */
export function program(io: Io, done: Action): Command {
  const root = new Command('netqed')
    .description(
      'Decides questions about every packet in a network of Linux hosts, from what the hosts print about themselves.',
    )
    .version(version())
    .option('--color', 'colour the output, terminal or not')
    .option('--no-color', 'no colours')
    .configureOutput({ writeOut: io.out, writeErr: io.err })
    .configureHelp({ helpWidth: 100, showGlobalOptions: true })
    .addHelpText('after', STATUSES)
    .exitOverride();
  root.setOptionValue('color', undefined);
  for (const add of [ask, check, diff, trace, replay, show]) add(root, io, done);
  return root;
}

function ask(root: Command, io: Io, done: Action): void {
  withChanges(root.command('ask').description('answer one question: yes with a packet, no with a proof, or unknown'))
    .argument('<question>', 'such as "can compute-1 reach 10.0.0.3 over icmp"')
    .argument('[snapshot]', SNAPSHOT, '.')
    .addOption(format('text', 'json'))
    .addOption(verbose())
    .action((question: string, snapshot: string, _, self: Command) =>
      done(import('./ask.ts').then((file) => file.ask(question, snapshot, options(self), io))),
    );
}

function check(root: Command, io: Io, done: Action): void {
  withChanges(root.command('check').description('answer every policy and compare with what it expects'))
    .argument('[snapshot]', SNAPSHOT, '.')
    .option('--policy <file>', 'policies to check (repeatable; default: policies.yaml in the snapshot)', append, [])
    .addOption(format('text', 'json', 'junit', 'sarif'))
    .addOption(verbose())
    .action((snapshot: string, { policy }: { policy: string[] }, self: Command) =>
      done(import('./check.ts').then((file) => file.check(snapshot, policy, options(self), io))),
    );
}

const append = (text: string, before: readonly string[]): readonly string[] => [...before, text];

function diff(root: Command, io: Io, done: Action): void {
  root
    .command('diff')
    .description('every packet whose fate changes between two snapshots, or a proof that there is none')
    .argument('<old>', SNAPSHOT)
    .argument('<new>', SNAPSHOT)
    .addOption(format('text', 'json'))
    .addOption(verbose())
    .action((before: string, after: string, _, self: Command) =>
      done(import('./diff.ts').then((file) => file.diff(before, after, options(self), io))),
    );
}

function trace(root: Command, io: Io, done: Action): void {
  withChanges(root.command('trace').description('walk one packet, hop by hop'))
    .usage('[options] [snapshot] <packet>')
    .argument('<snapshot-and-packet...>', `${SNAPSHOT} (default: .), then the packet, such as "udp 10.0.0.3:53"`)
    .requiredOption('--from <node>', 'the node that sends it; NODE:IFACE for a frame that arrives there from the wire')
    .addOption(format('text', 'json'))
    .option('--json', 'the same as --format json')
    .addOption(verbose())
    .action((words: string[], { from, json }: { from: string; json?: boolean }, self: Command) =>
      done(
        import('./trace.ts').then((file) => {
          const asked = options(self);
          return file.trace(words, from, json === true ? { ...asked, format: 'json' } : asked, io);
        }),
      ),
    );
}

function replay(root: Command, io: Io, done: Action): void {
  withChanges(
    root
      .command('replay')
      .description('send one packet through namespaces built like the snapshot, and compare (root only)'),
  )
    .usage('[options] [snapshot] [packet]')
    .argument('[snapshot-and-packet...]', `${SNAPSHOT} (default: .), then with --from the packet`)
    .option('--from <node>', 'the node that sends the packet, as with trace')
    .option('--ask <question>', 'send the packet that answers this question (or, under a proof, one of its packets)')
    .addOption(format('text', 'json'))
    .addOption(verbose())
    .action((words: string[], aim: { from?: string; ask?: string }, self: Command) =>
      done(import('./replay.ts').then((file) => file.replay(words, aim, options(self), io))),
    );
}

function show(root: Command, io: Io, done: Action): void {
  withChanges(root.command('show').description('what was read, what of it is modelled, and what is not'))
    .argument('[snapshot]', SNAPSHOT, '.')
    .addOption(format('text', 'json'))
    .addOption(verbose())
    .action((snapshot: string, _, self: Command) =>
      done(import('./show.ts').then((file) => file.show(snapshot, options(self), io))),
    );
}
