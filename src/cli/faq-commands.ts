import {type Command, InvalidArgumentError, Option} from 'commander';
import {readLifetime} from '../latency/index.ts';
import {FAQ_EXIT, type FaqArguments} from './faq-arguments.ts';
import {isLanguage} from './faq-names.ts';

const FORMS = `
A FAQ is written in one of three forms:

  JSON      {"language": "en", "entries": [{"id": "returns", "question": "How do I return something?",
             "variants": ["can i send it back"], "answer": "Within **30 days** …", "topic": "returns"}],
             "negatives": ["how do i return a library book"]}
  CSV       the first line names the columns: id, question, answer, variants, topic, tags, expiresAt, private, negative.
            Variants and tags are separated by | or line breaks; without a column id, ids are made of the questions.
  Markdown  # Returns
            ## How do I return something? {#returns}
            Also:
            - can i send it back

            Within **30 days** …

            A heading with text below it is a question with its answer, one without is the topic of those below it.
            What is listed below a heading "Negatives" must go to the model.

Exit codes: 0 fine, 1 the FAQ has problems (warnings count with --strict), 2 it could not be read or written.`;

/**
 * Adds `faq build` and `faq check` to the program.
 *
 * @param signal - Stops what is under way.
 */
export function addFaqCommands(program: Command, signal: AbortSignal): void {
  const faq = program
    .command('faq')
    .description('make a pack of a FAQ that answers known questions at once, and say how well it does')
    .exitOverride(({exitCode}) => process.exit(exitCode === 0 ? FAQ_EXIT.fine : FAQ_EXIT.unusable));
  const act = (command: 'build' | 'check') => async (file: string, given: FaqArguments) => {
    // only these commands need what it stands on
    const {runFaq} = await import('./run-faq.ts');
    const {stdout, stderr} = process;
    // whoever reads a part of it has read enough
    stdout.on('error', () => process.exit(FAQ_EXIT.unusable));
    process.exitCode = await runFaq({command, file, given}, {signal, stdout, stderr, nowAt: Date.now()});
  };

  addGates(faq.command('build'))
    .description('check a FAQ and compile it to a pack')
    .argument('<file>', 'faq.json, faq.csv or faq.md; - for standard input, with --format')
    .option(
      '-o, --output <file>',
      'where the pack is written (default: faq.pack.json beside it); - for standard output',
    )
    .option('--language <tag>', "the FAQ's language, such as en or pt-BR (default: what the file says)", readLanguage)
    .option('--version <text>', "the pack's version (default: what the file says, or a hash of its content)")
    .option('--ttl <time>', 'how long a page may keep it, such as 12h or 7d (default: what the file says)', readTtl)
    .addHelpText('after', FORMS)
    .action(act('build'));

  addGates(faq.command('check'))
    .description('say what is wrong with a FAQ or a pack, and how well it answers')
    .argument('<file>', 'faq.json, faq.csv, faq.md or faq.pack.json; - for standard input, with --format')
    .addHelpText('after', FORMS)
    .action(act('check'));
}

function addGates(command: Command): Command {
  return command
    .addOption(
      new Option('--format <name>', 'what the file is, whatever its ending').choices(['json', 'csv', 'markdown']),
    )
    .option('--strict', 'take warnings for errors')
    .option('--min-precision <share>', 'fail when fewer of the answers to held-out phrasings are right', readShare)
    .option('--min-coverage <share>', 'fail when fewer of the held-out phrasings are answered rightly', readShare)
    .option('--max-false <share>', 'fail when more questions are answered whose entry was left out', readShare)
    .option('--json', 'print the report as JSON');
}

function readShare(text: string): number {
  const share = Number(text);
  if (/^[\d.]+$/.test(text) && share <= 1) return share;
  throw new InvalidArgumentError('A share is a number from 0 to 1.');
}

function readLanguage(text: string): string {
  if (isLanguage(text)) return text;
  throw new InvalidArgumentError('A language is a tag such as en or pt-BR.');
}

function readTtl(text: string): number {
  const ttlMs = readLifetime(text);
  if (ttlMs !== undefined) return ttlMs;
  throw new InvalidArgumentError('A time is a number with ms, s, m, h or d, such as 12h.');
}
