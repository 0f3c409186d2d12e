import {exportsOf, findAll, lineOf, type Module, type Node, nameOf, parse} from './parse.ts';
import {choose, PRODUCT_CODE, type SourceFile, SRC_CODE, type Verdict} from './source.ts';

/** Longest file of the product, in lines. */
export const MAX_LINES = 300;

/** Files that are longer, with the reason. */
export const LONG_FILES: Readonly<Record<string, string>> = {};

/** Most positional parameters of an exported function. */
export const MAX_PARAMETERS = 2;

/** Exported functions that take more, as `path#name`, with the reason. */
export const MANY_PARAMETERS: Readonly<Record<string, string>> = {};

/** Where src may write to the console; `lines` says what its lines are. */
export const CONSOLE_PLACES = [
  {path: /^src\/loader\/instance\.ts$/, lines: 'marked', reason: 'tells the owner why there is no chat'},
  {path: /^src\/widget\/mount-panel\.tsx$/, lines: 'marked', reason: 'tells the owner what was wrong, once a cause'},
  {path: /^src\/latency\/timed\.ts$/, lines: 'marked', reason: 'tells who times stages which took too long'},
  {path: /^src\/server\/handler\.ts$/, lines: 'marked', reason: 'a failure that nothing else tells'},
  {path: /^src\/server\/observe\.ts$/, lines: 'marked or JSON', reason: 'a structured line for each turn'},
  {path: /^src\/cli\//, lines: 'any', reason: 'what a command prints is its product'},
] as const;

/** What every console line begins with. */
const MARK = '[firstword]';

const ALL_CODE = /^(src|demo|test)\/.*\.(tsx?|m?js)$|^[^/]+\.ts$/;
const NAMED_ONLY = /^(src|demo)\/.*\.(tsx?|m?js)$/;

/** Finds default exports, in whatever form. */
export function checkDefaultExports(files: readonly SourceFile[]): Verdict {
  return look(choose(files, NAMED_ONLY), (module) => {
    const statements = findAll(module.program, 'ExportDefaultDeclaration').map(({node}) => node);
    const specifiers = findAll(module.program, 'ExportSpecifier').map(({node}) => node);
    const renamed = specifiers.filter(({exported}) => nameOf(exported) === 'default');
    return [...statements, ...renamed].map((node) => `${lineOf(module, node)}: exports a default`);
  });
}

/** Finds classes that are neither errors nor elements: browsers take these as nothing else. */
export function checkClasses(files: readonly SourceFile[]): Verdict {
  return look(choose(files, PRODUCT_CODE), (module) =>
    findAll(module.program, 'ClassDeclaration', 'ClassExpression')
      .filter(
        ({node}) => !(node.superClass?.type === 'Identifier' && /Error$|^HTMLElement$/.test(node.superClass.name)),
      )
      .map(({node}) => `${lineOf(module, node)}: class ${node.id?.name ?? ''} is no error and no element`),
  );
}

/** Finds the type `any`. */
export function checkAny(files: readonly SourceFile[]): Verdict {
  return look(choose(files, ALL_CODE), (module) =>
    findAll(module.program, 'TSAnyKeyword').map(({node}) => `${lineOf(module, node)}: says any`),
  );
}

/** Finds comments that switch a check off without saying why. */
export function checkSwitchedOff(files: readonly SourceFile[]): Verdict {
  const switches = /@ts-(?:ignore|expect-error|nocheck)\b|biome-ignore(?:-all|-start|-end)?\b/;
  const reasoned = /@ts-(?:ignore|expect-error|nocheck)\s*:\s*\S+\s\S|biome-ignore\S*\s+[\w/]+\s*:\s*\S+\s\S/;
  const judge = (path: string, lines: {comment: string; line: number}[]) =>
    lines
      .filter(({comment}) => switches.test(comment) && !reasoned.test(comment))
      .map(({line}) => `${path}:${line}: switches a check off without a reason`);
  const code = choose(files, ALL_CODE).map(parse);
  const styles = choose(files, /^(src|demo)\/.*\.css$/);
  return {
    lookedAtCount: code.length + styles.length,
    breaches: [
      ...code.flatMap((module) =>
        judge(
          module.path,
          module.comments.map((each) => ({comment: each.value, line: lineOf(module, each)})),
        ),
      ),
      ...styles.flatMap((file) => {
        const comments = [...file.text.matchAll(/\/\*[\s\S]*?\*\//g)];
        return judge(
          file.path,
          comments.map(({0: comment, index}) => ({comment, line: lineOf(file, {start: index})})),
        );
      }),
    ],
  };
}

/** Finds exported functions that take a boolean by its place, or too many things. */
export function checkParameters(files: readonly SourceFile[]): Verdict {
  let lookedAtCount = 0;
  const breaches: string[] = [];
  for (const module of choose(files, PRODUCT_CODE).map(parse)) {
    for (const {name, kind, node} of exportsOf(module)) {
      if (kind !== 'function') continue;
      lookedAtCount++;
      const parameters = parametersOf(node);
      const place = `${module.path}#${name}`;
      for (const parameter of parameters) {
        if (isBoolean(parameter))
          breaches.push(`${place}: takes a boolean by its place (${textOfNode(module, parameter)})`);
      }
      if (parameters.length > MAX_PARAMETERS && !(place in MANY_PARAMETERS)) {
        breaches.push(`${place}: takes ${parameters.length} things by their place, ${MAX_PARAMETERS} at most`);
      }
    }
  }
  return {lookedAtCount, breaches};
}

/** Finds files that are too long. */
export function checkLengths(files: readonly SourceFile[]): Verdict {
  const code = choose(files, PRODUCT_CODE);
  const breaches = code
    .map(({path, text}) => ({path, lines: text.trimEnd().split('\n').length}))
    .filter(({path, lines}) => lines > MAX_LINES && !(path in LONG_FILES))
    .map(({path, lines}) => `${path}: has ${lines} lines, ${MAX_LINES} at most`);
  return {lookedAtCount: code.length, breaches};
}

/** Finds console lines where none may be, and those that do not say whose they are. */
export function checkConsole(files: readonly SourceFile[]): Verdict {
  let lookedAtCount = 0;
  const breaches: string[] = [];
  for (const module of choose(files, SRC_CODE).map(parse)) {
    const place = CONSOLE_PLACES.find(({path}) => path.test(module.path));
    for (const {node, parents} of findAll(module.program, 'Identifier')) {
      const member = parents.at(-1);
      if (node.name !== 'console' || member?.type !== 'MemberExpression') continue;
      lookedAtCount++;
      const at = `${module.path}:${lineOf(module, node)}`;
      if (!place) breaches.push(`${at}: writes to the console, which is not for it`);
      else if (place.lines !== 'any' && !isMarked(parents.at(-2), place.lines)) {
        breaches.push(`${at}: writes a line that does not start with ${MARK}`);
      }
    }
  }
  return {lookedAtCount, breaches};
}

function look(files: readonly SourceFile[], find: (module: Module) => string[]): Verdict {
  const breaches = files.map(parse).flatMap((module) => find(module).map((found) => `${module.path}:${found}`));
  return {lookedAtCount: files.length, breaches};
}

function parametersOf(node: Node): readonly Node[] {
  const made = node.type === 'VariableDeclarator' ? node.init : node;
  return made && 'params' in made && Array.isArray(made.params) ? made.params : [];
}

function isBoolean(parameter: Node): boolean {
  if (parameter.type === 'AssignmentPattern') {
    const {left, right} = parameter;
    return (right.type === 'Literal' && typeof right.value === 'boolean') || isBoolean(left);
  }
  const annotated = 'typeAnnotation' in parameter ? parameter.typeAnnotation : undefined;
  const type = annotated && 'typeAnnotation' in annotated ? annotated.typeAnnotation : undefined;
  const types = type?.type === 'TSUnionType' ? type.types : [type];
  return types.some(
    (each) =>
      each?.type === 'TSBooleanKeyword' ||
      (each?.type === 'TSLiteralType' && /^(true|false)$/.test(wordOf(each.literal))),
  );
}

function isMarked(call: Node | undefined, lines: 'marked' | 'marked or JSON'): boolean {
  const [first] = call?.type === 'CallExpression' ? call.arguments : [];
  if (first?.type === 'Literal') return String(first.value).startsWith(MARK);
  if (first?.type === 'TemplateLiteral') return first.quasis[0]?.value.raw.startsWith(MARK) ?? false;
  return lines === 'marked or JSON' && first?.type === 'CallExpression' && isJson(first.callee);
}

const isJson = (callee: Node) =>
  callee.type === 'MemberExpression' && nameOf(callee.object) === 'JSON' && nameOf(callee.property) === 'stringify';

const wordOf = (node: Node) => ('value' in node ? String(node.value) : '');

const textOfNode = ({text}: Module, {start, end}: Node) => text.slice(start, end);
