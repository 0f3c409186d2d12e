#!/usr/bin/env node
import {Command, InvalidArgumentError} from 'commander';
import {BUDGET_FILE} from './budget-file.ts';
import {CommandError, firstLine} from './command-error.ts';
import {FAQ_EXIT} from './faq-arguments.ts';
import {addFaqCommands} from './faq-commands.ts';
import {readVersion} from './package-folder.ts';
import {DATA_PATH, DEFAULT_HOST, DEFAULT_PORT, runServe, type ServeArguments} from './run-serve.ts';

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
  .addHelpText(
    'after',
    '\nThe model is any OpenAI-compatible endpoint, named by OPENAI_BASE_URL, OPENAI_API_KEY and OPENAI_MODEL;\nwithout them a simulated one answers.',
  )
  .action((given: ServeArguments) => runServe(given, {signal: life.signal, print: (line) => console.log(line)}));

addFaqCommands(program, life.signal);

try {
  await program.parseAsync();
  // the store's threads and answers under way have nobody left to serve
  process.exit();
} catch (error) {
  // what is none of ours to explain is shown whole, for whoever has to find it
  console.error(error instanceof CommandError ? mark(firstLine(error)) : error);
  process.exit(error instanceof CommandError && error.kind === 'file' ? FAQ_EXIT.unusable : 1);
}

function readPort(text: string): number {
  const port = Number(text);
  if (/^\d+$/.test(text) && port <= 65_535) return port;
  throw new InvalidArgumentError('A port is a number from 0 to 65535.');
}

function mark(line: string): string {
  return `[firstword] ${line}`;
}
