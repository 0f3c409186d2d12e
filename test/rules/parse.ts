import {type Comment, type Node, type Program, parseSync, visitorKeys} from 'oxc-parser';
import type {SourceFile} from './source.ts';

export type {Node};

/** A module that another one names; `loading` says when it runs: at once, by `import()`, or never. */
export interface Reference {
  /** Empty for an `import()` whose address is made at run time. */
  specifier: string;
  loading: 'static' | 'dynamic' | 'types';
}

/** A name that a module makes and exports. */
export interface Exported {
  name: string;
  /** What is exported: a function, another value, a class, or a type. */
  kind: 'function' | 'value' | 'class' | 'type';
  /** The declaration, for a constant the declarator. */
  node: Node;
  /** Text of the doc comment that stands right before it, without its stars. */
  doc: string | undefined;
}

/** A parsed module. */
export interface Module {
  path: string;
  text: string;
  program: Program;
  comments: readonly Comment[];
}

const known = new Map<string, Module>();

/** Parses a file; throws when it is no program. */
export function parse({path, text}: SourceFile): Module {
  const key = `${path}\n${text}`;
  const before = known.get(key);
  if (before) return before;
  const {program, comments, errors} = parseSync(path, text, {preserveParens: false});
  const [error] = errors;
  if (error) throw new SyntaxError(`${path}: ${error.message}`);
  const module = {path, text, program, comments};
  known.set(key, module);
  return module;
}

/** Visits a node and all below it, parents first. */
export function walk(node: Node, visit: (node: Node, parents: readonly Node[]) => void, parents: readonly Node[] = []) {
  visit(node, parents);
  const below = [...parents, node];
  for (const key of visitorKeys[node.type] ?? []) {
    const child: unknown = node[key as keyof Node]; // the parser's own list of the keys that hold nodes
    for (const each of Array.isArray(child) ? child : [child]) if (isNode(each)) walk(each, visit, below);
  }
}

/** Lists all nodes of some types, each with its parents. */
export function findAll<T extends Node['type']>(
  root: Node,
  ...types: T[]
): {node: Extract<Node, {type: T}>; parents: readonly Node[]}[] {
  const found: {node: Extract<Node, {type: T}>; parents: readonly Node[]}[] = [];
  const wanted: ReadonlySet<string> = new Set(types);
  walk(root, (node, parents) => {
    if (wanted.has(node.type)) found.push({node: node as Extract<Node, {type: T}>, parents}); // its type was just read
  });
  return found;
}

/** The line of a position, from 1. */
export function lineOf({text}: {text: string}, {start}: {start: number}): number {
  return text.slice(0, start).split('\n').length;
}

/** Lists every module that a module names: imports, re-exports, `import()` and types of either. */
export function references({program}: Module): Reference[] {
  const list: Reference[] = [];
  const add = (specifier: string, loading: Reference['loading']) => list.push({specifier, loading});
  walk(program, (node) => {
    if (node.type === 'ImportDeclaration') {
      const typesOnly =
        node.importKind === 'type' ||
        (node.specifiers.length > 0 &&
          node.specifiers.every((each) => each.type === 'ImportSpecifier' && each.importKind === 'type'));
      add(node.source.value, typesOnly ? 'types' : 'static');
    } else if (node.type === 'ExportAllDeclaration') {
      add(node.source.value, node.exportKind === 'type' ? 'types' : 'static');
    } else if (node.type === 'ExportNamedDeclaration' && node.source) {
      const typesOnly =
        node.exportKind === 'type' ||
        (node.specifiers.length > 0 && node.specifiers.every((each) => each.exportKind === 'type'));
      add(node.source.value, typesOnly ? 'types' : 'static');
    } else if (node.type === 'TSImportType') {
      add(node.source.value, 'types');
    } else if (node.type === 'TSExternalModuleReference') {
      add(node.expression.value, 'static');
    } else if (node.type === 'ImportExpression') {
      add(node.source.type === 'Literal' ? String(node.source.value) : '', 'dynamic');
    }
  });
  return list;
}

/** Lists the names that a module makes and exports; what it passes on from another module is that module's. */
export function exportsOf(module: Module): Exported[] {
  const {program} = module;
  const list: Exported[] = [];
  const made = new Map<string, Exported>();
  for (const statement of program.body) {
    const exported = statement.type === 'ExportNamedDeclaration';
    const declaration = exported ? statement.declaration : statement;
    if (!declaration) continue;
    for (const each of declared(declaration, docBefore(module, statement))) {
      if (exported) list.push(each);
      else made.set(each.name, each);
    }
  }
  for (const statement of program.body) {
    if (statement.type !== 'ExportNamedDeclaration' || statement.source) continue;
    for (const {local, exported} of statement.specifiers) {
      const own = local.type === 'Identifier' ? made.get(local.name) : undefined;
      if (own) list.push({...own, name: nameOf(exported)});
    }
  }
  return list;
}

/** Gives the text of the doc comment that ends right before a node, without its stars. */
export function docBefore({comments, text}: Module, {start}: {start: number}): string | undefined {
  const doc = comments.findLast(({end}) => end <= start);
  if (doc?.type !== 'Block' || !doc.value.startsWith('*') || text.slice(doc.end, start).trim() !== '') return undefined;
  return doc.value
    .slice(1)
    .replace(/^[ \t]*\* ?/gm, '')
    .trim();
}

/** Reads a name that may be written as a word or as a text. */
export function nameOf(node: Node): string {
  if (node.type === 'Identifier' || node.type === 'JSXIdentifier') return node.name;
  return node.type === 'Literal' ? String(node.value) : '';
}

function declared(node: Node, doc: string | undefined): Exported[] {
  switch (node.type) {
    case 'FunctionDeclaration':
    case 'TSDeclareFunction':
      return [{name: node.id?.name ?? '', kind: 'function', node, doc}];
    case 'ClassDeclaration':
      return [{name: node.id?.name ?? '', kind: 'class', node, doc}];
    case 'TSInterfaceDeclaration':
    case 'TSTypeAliasDeclaration':
      return [{name: node.id.name, kind: 'type', node, doc}];
    case 'TSEnumDeclaration':
      return [{name: node.id.name, kind: 'value', node, doc}];
    case 'VariableDeclaration':
      return node.declarations.map((each) => ({
        name: nameOf(each.id),
        kind: isFunction(each.init) ? 'function' : 'value',
        node: each,
        doc,
      }));
    default:
      return [];
  }
}

const isFunction = (node: Node | null) =>
  node?.type === 'ArrowFunctionExpression' || node?.type === 'FunctionExpression';

function isNode(value: unknown): value is Node {
  return typeof value === 'object' && value !== null && 'type' in value && typeof value.type === 'string';
}
