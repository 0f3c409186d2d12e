import {docBefore, type Exported, exportsOf, type Module, type Node, nameOf, parse} from './parse.ts';
import {namesOf, publicModules} from './public-names.ts';
import {choose, type SourceFile, SRC_CODE, type Verdict} from './source.ts';

/** First words of a function's description that are no verb in the third person, and still say what it gives. */
const OTHER_BEGINNINGS = ['Whether', 'Of', 'When', 'Where', 'How', 'Why', 'Who', 'What'];

/** A name that ends in its unit says what a number is. */
const NAMES_ITS_UNIT = /(Ms|At|Bytes|Count|Share|Chars)$|^(ms|count|share)$/;

/** Files whose types are described elsewhere, property by property. */
const DESCRIBED_ELSEWHERE: Readonly<Record<string, string>> = {
  'src/latency/record.ts': 'the beacon schema describes each field',
  'src/protocol/beacon.ts': 'the beacon schema describes each field',
};

/** Finds exported names without a doc comment, and comments that do not begin with a sentence. */
export function checkSentences(files: readonly SourceFile[]): Verdict {
  return look(files, ({doc}) => {
    if (doc === undefined) return 'has no doc comment';
    const [beginning = ''] = doc.split(/\n\s*\n|^@/m);
    return /^[A-Z`].*?\.(\s|$)/s.test(beginning) ? undefined : 'is described by something that is no sentence';
  });
}

/** Finds exported functions whose description does not begin with what they do. A component is described as a thing. */
export function checkVerbs(files: readonly SourceFile[]): Verdict {
  return look(files, ({kind, name, doc}, module) => {
    if (kind !== 'function' || doc === undefined) return undefined;
    if (module.path.endsWith('.tsx') && /^[A-Z]/.test(name)) return undefined;
    const [word = ''] = /^[\w`']+/.exec(doc) ?? [];
    return /^[A-Z][a-z]+s$/.test(word) || OTHER_BEGINNINGS.includes(word)
      ? undefined
      : `begins with "${word}", which is no verb in the third person`;
  });
}

/**
 * Finds properties of public interfaces that nobody describes: neither a comment of their own, nor their interface's
 * in backticks, nor a unit in their name, nor a type of ours, which has a comment itself.
 */
export function checkProperties(files: readonly SourceFile[]): Verdict {
  const modules = new Map(choose(files, SRC_CODE).map((file) => [file.path, parse(file)]));
  const ours = new Set([...modules.values()].flatMap((module) => exportsOf(module).map(({name}) => name)));
  const offered = publicModules(files).flatMap(({path}) => namesOf(files, path));
  let lookedAtCount = 0;
  const breaches: string[] = [];
  for (const {path, name: offeredName} of offered) {
    const module = modules.get(path);
    if (!module || path in DESCRIBED_ELSEWHERE) continue;
    for (const {name, node, doc = ''} of exportsOf(module)) {
      if (name !== offeredName || node.type !== 'TSInterfaceDeclaration') continue;
      for (const member of node.body.body) {
        if (member.type !== 'TSPropertySignature' && member.type !== 'TSMethodSignature') continue;
        lookedAtCount++;
        const property = nameOf(member.key);
        const described =
          docBefore(module, member) !== undefined ||
          NAMES_ITS_UNIT.test(property) ||
          doc.includes(`\`${property}\``) ||
          (member.type === 'TSPropertySignature' && isOurs(member.typeAnnotation?.typeAnnotation, ours));
        if (!described) breaches.push(`${path}#${name}.${property}: is not described`);
      }
    }
  }
  return {lookedAtCount, breaches};
}

/** Whether a type says by its own name what it is: one of ours, a list of them, or one written word. */
function isOurs(type: Node | undefined, ours: ReadonlySet<string>): boolean {
  switch (type?.type) {
    case 'TSTypeReference':
      return (
        ours.has(nameOf(type.typeName)) || (type.typeArguments?.params.some((each) => isOurs(each, ours)) ?? false)
      );
    case 'TSArrayType':
      return isOurs(type.elementType, ours);
    case 'TSTypeOperator':
      return isOurs(type.typeAnnotation, ours);
    case 'TSUnionType':
    case 'TSIntersectionType':
      return type.types.some((each) => isOurs(each, ours));
    case 'TSTypeQuery':
      return type.exprName.type === 'Identifier' && ours.has(type.exprName.name);
    case 'TSLiteralType':
      return type.literal.type === 'Literal' && typeof type.literal.value === 'string';
    default:
      return false;
  }
}

function look(files: readonly SourceFile[], judge: (each: Exported, module: Module) => string | undefined): Verdict {
  let lookedAtCount = 0;
  const breaches: string[] = [];
  for (const module of choose(files, SRC_CODE).map(parse)) {
    for (const each of exportsOf(module)) {
      lookedAtCount++;
      const cause = judge(each, module);
      if (cause) breaches.push(`${module.path}#${each.name}: ${cause}`);
    }
  }
  return {lookedAtCount, breaches};
}
