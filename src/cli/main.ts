#!/usr/bin/env node
import {Command, InvalidArgumentError, Option} from 'commander';
import {BUDGET_FILE} from './budget-file.ts';
import {CommandError, type CommandErrorKind, firstLine} from './command-error.ts';
import {FAQ_EXIT} from './faq-arguments.ts';
import {addFaqCommands} from './faq-commands.ts';
import {readVersion} from './package-folder.ts';
import {PLAN_EXIT} from './plan-arguments.ts';
import {addPlanCommand} from './plan-commands.ts';
import {DATA_PATH, DEFAULT_HOST, DEFAULT_PORT, runServe, type ServeArguments} from './run-serve.ts';

/** What an ending that a message explains is told scripts by, where that is not 1. */
const EXITS: {readonly [Kind in CommandErrorKind]?: number} = {file: FAQ_EXIT.unusable, plan: PLAN_EXIT.unusable};
const HELP = `
The model is any OpenAI-compatible endpoint, named by OPENAI_BASE_URL, OPENAI_API_KEY and OPENAI_MODEL;
without them a simulated one answers.

Who may read the figures (dashboard, /v1/summary, /v1/reports, /metrics):
  on this machine, everybody, as long as no token is set. With tokens, whoever sends one: the dashboard
  asks for it, others send the header Authorization: Bearer <token>. With --host, nobody without a token.
  Other users of this machine see what stands on a command line, so rather set the variables:
    export FIRSTWORD_READ_TOKEN=$(openssl rand -hex 24)          several are separated by commas

Alerts: each minute every budget is held against the turns of the last hours. One that is used up too
fast is posted to the webhook, in JSON with a "text" for chat tools, and posted once more when it is over:
    export FIRSTWORD_ALERT_WEBHOOK=https://hooks.example/secret`;

const life = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => life.abort());

const program = new Command('firstword')
  .description('Chat whose every answer starts at once, and the figures of what visitors felt.')
  .version(readVersion())
  // what stands behind a command is that command's, `--version` too
  .enablePositionalOptions()
  .configureOutput({
    outputError: (text, write) =>
      write(
        `${mark(
          text
            .trim()
            .replace(/^error: /, '')
            .replace(/\s*\n\s*/g, ' '),
        )}\n`,
      ),
  });

program
  .command('serve')
  .description("host the widget, an endpoint in front of the environment's model, the collector and the dashboard")
  .option('--port <n>', 'port; one that is in use picks the next', readPort, DEFAULT_PORT)
  .option('--host <address>', 'interface to listen on', DEFAULT_HOST)
  .option('--budget <file>', `latency budget (default: ./${BUDGET_FILE} when it exists)`)
  .option('--data <file>', 'where turns are kept', DATA_PATH)
  .option('--origin <origin...>', 'pages of other origins that may ask and send')
  .addOption(
    new Option('--read-token <token>', 'secret that a reader of the figures must send; may stand more than once')
      .env('FIRSTWORD_READ_TOKEN')
      .argParser((text, before: readonly string[] = []) => [...before, ...text.trim().split(/[\s,]+/)]),
  )
  .addOption(
    new Option('--alert-webhook <url>', 'address that is posted alerts about budgets that burn').env(
      'FIRSTWORD_ALERT_WEBHOOK',
    ),
  )
  .addHelpText('after', HELP)
  .action((given: ServeArguments) => runServe(given, {signal: life.signal, print: (line) => console.log(line)}));

addFaqCommands(program, life.signal);
addPlanCommand(program, life.signal);

try {
  await program.parseAsync();
  // answers under way have nobody left to serve
  process.exit();
} catch (error) {
  // what is none of ours to explain is shown whole, for whoever has to find it
  console.error(error instanceof CommandError ? mark(firstLine(error)) : error);
  process.exit(error instanceof CommandError ? (EXITS[error.kind] ?? 1) : 1);
}

function readPort(text: string): number {
  const port = Number(text);
  if (/^\d+$/.test(text) && port <= 65_535) return port;
  throw new InvalidArgumentError('A port is a number from 0 to 65535.');
}

function mark(line: string): string {
  return `[firstword] ${line}`;
}
