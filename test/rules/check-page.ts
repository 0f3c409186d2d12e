import {exportsOf, findAll, lineOf, type Module, type Node, nameOf, parse} from './parse.ts';
import {readApi, readEvents, readParts, readServerOptions, readWireParts} from './read-spec.ts';
import {literalsOf, propertiesOf} from './schema-types.ts';
import {choose, type SourceFile, SRC_CODE, textOf, type Verdict} from './source.ts';

/** Kinds of the chat's own events that the page never hears. */
const INNER_KINDS: Readonly<Record<string, string>> = {
  trouble: 'becomes a console line for the owner',
  sign: 'is for the panel: what it says while somebody waits',
};

/** Options of the server kit that no document has, with the reason. */
const OWN_SERVER_OPTIONS: Readonly<Record<string, string>> = {
  address: "names where a request comes from, which only the shop's own server can say",
  cache: 'says which answers are for everybody, and how long they hold',
  clock: 'lets tests say what time it is',
  hedge: 'says what hello and `data-fw-hedge` tell pages, where answers have side effects',
  hedgeRetrievalMs: 'says that retrieval may be run twice, which only the shop knows',
  retries: 'says how often a call of the model may be made again, which costs time and money',
  routing: 'teaches the local classifier, and says whether the fast model may hand over',
  warm: 'says how the provider is warmed, which differs from one to the next',
};

/** Holds the JS API against the document's: every method is there, and no other. */
export function checkApi(files: readonly SourceFile[], embed: string): Verdict {
  const documented = readApi(embed);
  const api = propertiesOf(files, {path: 'src/chat/api.ts', name: 'FirstwordApi'});
  const global = propertiesOf(files, {path: 'src/loader/script.ts', name: 'Global'});
  return {
    lookedAtCount: documented.methods.length + documented.global.length,
    breaches: [
      ...differ({found: api, documented: documented.methods, where: 'src/chat/api.ts#FirstwordApi'}),
      ...documented.global
        .filter((name) => !global.includes(name))
        .map((name) => `src/loader/script.ts#Global: ${name} is documented and missing`),
    ],
  };
}

/** Finds DOM events that are sent and not documented. */
export function checkEvents(files: readonly SourceFile[], embed: string): Verdict {
  const documented = readEvents(embed);
  const sent: {name: string; where: string}[] = [];
  const state = parse({path: 'src/chat/state.ts', text: textOf(files, 'src/chat/state.ts')});
  for (const {name, node} of exportsOf(state)) {
    if (name !== 'ChatEvent') continue;
    for (const {node: member} of findAll(node, 'TSPropertySignature')) {
      if (nameOf(member.key) !== 'kind') continue;
      for (const kind of literalsOf(member.typeAnnotation?.typeAnnotation)) {
        if (!(kind in INNER_KINDS)) sent.push({name: kind, where: `${state.path}#ChatEvent`});
      }
    }
  }
  for (const module of pageModules(files)) {
    for (const {node} of findAll(module.program, 'CallExpression')) {
      const [first] = node.arguments;
      if (nameOf(node.callee) !== 'dispatch' || first?.type !== 'Literal') continue;
      sent.push({name: String(first.value), where: `${module.path}:${lineOf(module, node)}`});
    }
    for (const {text, where} of textsOf(module)) {
      for (const [, name = ''] of text.matchAll(/\bfirstword:([a-z]+)/g)) sent.push({name, where});
    }
  }
  return {
    lookedAtCount: sent.length,
    breaches: sent
      .filter(({name}) => !documented.includes(name))
      .map(({name, where}) => `${where}: firstword:${name} is not documented`),
  };
}

/** Finds parts and custom properties that are used and not documented, and words of an answer that differ. */
export function checkParts(files: readonly SourceFile[], embed: string): Verdict {
  const {parts, properties, sources, states} = readParts(embed);
  const used: {name: string; where: string; known: readonly string[]}[] = [];
  for (const module of pageModules(files)) {
    const at = (node: Node) => `${module.path}:${lineOf(module, node)}`;
    const add = (words: string, where: string) => {
      for (const name of words.split(/\s+/)) used.push({name, where, known: parts});
    };
    for (const {node} of findAll(module.program, 'JSXAttribute')) {
      if (nameOf(node.name) !== 'part' || !node.value) continue;
      const inner = node.value.type === 'JSXExpressionContainer' ? node.value.expression : node.value;
      if (inner.type === 'Literal') add(String(inner.value), at(node));
      else if (inner.type !== 'Identifier') add('(made at run time)', at(node));
    }
    for (const {node} of findAll(module.program, 'CallExpression')) {
      const {callee} = node;
      if (callee.type !== 'MemberExpression' || callee.object.type !== 'MemberExpression') continue;
      if (nameOf(callee.object.property) !== 'part') continue;
      for (const each of node.arguments) if (each.type === 'Literal') add(String(each.value), at(each));
    }
  }
  for (const {text, where} of [...pageModules(files).flatMap(textsOf), ...styles(files)]) {
    for (const [, name = ''] of text.matchAll(/\[part~?="?([\w-]+)/g)) used.push({name, where, known: parts});
    for (const [name] of text.matchAll(/--firstword-[\w-]*/g)) used.push({name, where, known: properties});
  }
  const record = typesOf(files, {path: 'src/latency/record.ts', name: 'Source'});
  const state = typesOf(files, {path: 'src/chat/state.ts', name: 'AnswerState'});
  return {
    lookedAtCount: used.length,
    breaches: [
      ...used
        .filter(({name, known}) => !known.includes(name))
        .map(({name, where}) => `${where}: ${name} is not documented`),
      ...differ({found: record, documented: sources, where: 'src/latency/record.ts#Source'}),
      ...differ({found: state, documented: states, where: 'src/chat/state.ts#AnswerState'}),
    ],
  };
}

/** Finds `data-fw-*` parts of answers that are read or written and not documented. */
export function checkWireParts(files: readonly SourceFile[], wire: string): Verdict {
  const documented = readWireParts(wire);
  const used = choose(files, SRC_CODE)
    .map(parse)
    .flatMap(textsOf)
    .flatMap(({text, where}) => [...text.matchAll(/\bdata-fw-[\w-]*/g)].map(([name]) => ({name, where})));
  return {
    lookedAtCount: used.length,
    breaches: used
      .filter(({name}) => !documented.includes(name))
      .map(({name, where}) => `${where}: ${name} is not documented`),
  };
}

/** Finds options of the server kit that are not documented. */
export function checkServerOptions(files: readonly SourceFile[], server: string): Verdict {
  const documented = readServerOptions(server);
  const options = propertiesOf(files, {path: 'src/server/options.ts', name: 'AnswerOptions'});
  return {
    lookedAtCount: options.length,
    breaches: options
      .filter((name) => !documented.includes(name) && !(name in OWN_SERVER_OPTIONS))
      .map((name) => `src/server/options.ts#AnswerOptions: ${name} is not documented`),
  };
}

/** Says what one list has and the other has not, whatever their order. */
export function differ(options: {found: readonly string[]; documented: readonly string[]; where: string}): string[] {
  const {found, documented, where} = options;
  return [
    ...documented.filter((name) => !found.includes(name)).map((name) => `${where}: ${name} is documented and missing`),
    ...found.filter((name) => !documented.includes(name)).map((name) => `${where}: ${name} is not documented`),
  ];
}

function typesOf(files: readonly SourceFile[], {path, name}: {path: string; name: string}): string[] {
  const made = exportsOf(parse({path, text: textOf(files, path)})).find((each) => each.name === name);
  return made?.node.type === 'TSTypeAliasDeclaration' ? literalsOf(made.node.typeAnnotation) : [];
}

function pageModules(files: readonly SourceFile[]): Module[] {
  return choose(files, /^src\/(widget|loader|chat|rum|prefetch|index)\b.*\.tsx?$/).map(parse);
}

function styles(files: readonly SourceFile[]): {text: string; where: string}[] {
  return choose(files, /^src\/(widget|loader)\/.*\.css$/).map(({path, text}) => ({text, where: path}));
}

/** Lists the texts that a module writes, without its comments. */
function textsOf(module: Module): {text: string; where: string}[] {
  const found = findAll(module.program, 'Literal', 'TemplateElement', 'JSXText');
  return found.flatMap(({node}) => {
    const value: unknown = node.type === 'TemplateElement' ? node.value.raw : node.value;
    return typeof value === 'string' ? [{text: value, where: `${module.path}:${lineOf(module, node)}`}] : [];
  });
}
