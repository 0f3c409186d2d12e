import {posix} from 'node:path';
import {exportsOf, findAll, type Module, type Node, nameOf, parse} from './parse.ts';
import {type SourceFile, textOf, type Verdict} from './source.ts';

/** The part of JSON Schema that the beacon's uses. */
export interface Schema {
  $ref?: string;
  type?: string;
  const?: unknown;
  enum?: readonly unknown[];
  properties?: Readonly<Record<string, Schema>>;
  required?: readonly string[];
  additionalProperties?: boolean | Schema;
  items?: Schema | boolean;
  prefixItems?: readonly Schema[];
  $defs?: Readonly<Record<string, Schema>>;
}

/** A type by the module that makes it and its name. */
export interface TypeName {
  path: string;
  name: string;
}

/** Compares a type with the schema of the same thing: property names, what is required, words, kinds of values. */
export function checkType(files: readonly SourceFile[], {schema, type}: {schema: Schema; type: TypeName}): Verdict {
  const module = parse({path: type.path, text: textOf(files, type.path)});
  const node = declarationOf(module, type.name);
  if (!node) throw new Error(`${type.path} makes no ${type.name}`);
  const {compare, count} = createComparison(files, schema);
  const breaches = compare({schema, node, module, where: `${type.path}#${type.name}`});
  return {lookedAtCount: count(), breaches};
}

/** Lists the properties of an interface. */
export function propertiesOf(files: readonly SourceFile[], {path, name}: TypeName): string[] {
  const made = declarationOf(parse({path, text: textOf(files, path)}), name);
  return made?.type === 'TSInterfaceDeclaration' ? membersOf(made).map((member) => nameOf(member.key)) : [];
}

/** Lists the words of a type that is one of them. */
export function literalsOf(type: Node | undefined): string[] {
  if (type?.type === 'TSUnionType') return type.types.flatMap(literalsOf);
  if (type?.type !== 'TSLiteralType' || type.literal.type !== 'Literal') return [];
  return [String(type.literal.value)];
}

interface Pair {
  schema: Schema;
  node: Node;
  module: Module;
  where: string;
}

function createComparison(files: readonly SourceFile[], root: Schema) {
  let comparedCount = 0;

  const compare = (pair: Pair): string[] => {
    comparedCount++;
    const {where} = pair;
    const schema = deref(pair.schema, root);
    const {node, module} = resolveType(pair, files);
    const {items, prefixItems, additionalProperties} = schema;
    if (schema.enum) return compareWords({words: schema.enum.map(String), node, where});
    if (schema.const !== undefined) return compareConst({schema, node, module, where});
    if (schema.properties) return compareProperties({schema, node, module, where});
    if (prefixItems) {
      if (node.type !== 'TSTupleType' || node.elementTypes.length !== prefixItems.length) {
        return [`${where}: is no tuple of ${prefixItems.length}`];
      }
      return node.elementTypes.flatMap((each, at) =>
        compare({schema: prefixItems[at] ?? {}, node: each, module, where: `${where}[${at}]`}),
      );
    }
    if (typeof items === 'object') {
      if (node.type !== 'TSArrayType') return [`${where}: is no list`];
      return compare({schema: items, node: node.elementType, module, where: `${where}[]`});
    }
    if (typeof additionalProperties === 'object') {
      const [key, value] = recordOf(node);
      if (!key || !value) return [`${where}: is no record`];
      return compare({schema: additionalProperties, node: value, module, where: `${where}{}`});
    }
    const keyword = {string: 'TSStringKeyword', boolean: 'TSBooleanKeyword'}[schema.type ?? ''] ?? 'TSNumberKeyword';
    return node.type === keyword ? [] : [`${where}: is a ${node.type}, the schema says ${schema.type}`];
  };

  const compareProperties = ({schema, node, module, where}: Pair): string[] => {
    const fields = fieldsOf(node, {module, files});
    if (!fields) return [`${where}: is a ${node.type}, the schema has properties`];
    const names = Object.keys(schema.properties ?? {});
    const breaches = names.filter((name) => !fields.has(name)).map((name) => `${where}.${name}: is missing`);
    for (const [name, field] of fields) {
      const place = `${where}.${name}`;
      const property = schema.properties?.[name];
      const required = schema.required?.includes(name) ?? false;
      if (!property) {
        breaches.push(`${place}: is not in the schema`);
        continue;
      }
      if (required === field.optional) breaches.push(`${place}: is ${required ? 'required' : 'optional'}`);
      breaches.push(...compare({schema: property, node: field.node, module: field.module, where: place}));
    }
    return breaches;
  };

  return {compare, count: () => comparedCount};
}

function compareWords({words, node, where}: {words: readonly string[]; node: Node; where: string}): string[] {
  const found = literalsOf(node);
  if (found.length === 0) return [`${where}: takes any value, the schema lists ${words.join(' ')}`];
  return [
    ...words.filter((word) => !found.includes(word)).map((word) => `${where}: lacks the schema's "${word}"`),
    ...found
      .filter((word) => !words.includes(word))
      .map((word) => `${where}: has "${word}", which is not the schema's`),
  ];
}

function compareConst({schema, node, module, where}: Pair): string[] {
  const made = node.type === 'TSTypeQuery' ? declarationOf(module, nameOf(node.exprName)) : undefined;
  const value = made?.type === 'VariableDeclarator' && made.init?.type === 'Literal' ? made.init.value : undefined;
  const literal = literalsOf(node)[0] ?? value;
  return String(literal) === String(schema.const) ? [] : [`${where}: is ${literal}, the schema says ${schema.const}`];
}

interface Field {
  node: Node;
  module: Module;
  optional: boolean;
}

/** Lists the fields of an interface, a literal type, or `Partial<Record<words, type>>`. */
function fieldsOf(
  node: Node,
  {module, files}: {module: Module; files: readonly SourceFile[]},
): Map<string, Field> | undefined {
  if (node.type === 'TSInterfaceDeclaration' || node.type === 'TSTypeLiteral') {
    return new Map(
      membersOf(node).flatMap((member) =>
        member.typeAnnotation
          ? [[nameOf(member.key), {node: member.typeAnnotation.typeAnnotation, module, optional: member.optional}]]
          : [],
      ),
    );
  }
  if (node.type !== 'TSTypeReference') return undefined;
  const [inner] = node.typeArguments?.params ?? [];
  if (nameOf(node.typeName) === 'Partial' && inner) {
    const fields = fieldsOf(inner, {module, files});
    return fields && new Map([...fields].map(([name, field]) => [name, {...field, optional: true}]));
  }
  const [key, value] = recordOf(node);
  if (!key || !value) return undefined;
  const names = literalsOf(resolveType({node: key, module}, files).node);
  return new Map(names.map((name) => [name, {node: value, module, optional: false}]));
}

/** Follows a name to what it stands for, also into the module that it is imported from. */
function resolveType(
  {node, module}: {node: Node; module: Module},
  files: readonly SourceFile[],
): {node: Node; module: Module} {
  if (node.type === 'TSTypeAliasDeclaration') return resolveType({node: node.typeAnnotation, module}, files);
  if (node.type !== 'TSTypeReference') return {node, module};
  const name = nameOf(node.typeName);
  const here = declarationOf(module, name);
  if (here) return resolveType({node: here, module}, files);
  const from = importOf(module, name);
  if (!from) return {node, module};
  for (const path of [from, ...passedOn(files, from)]) {
    const other = parse({path, text: textOf(files, path)});
    const there = declarationOf(other, name);
    if (there) return resolveType({node: there, module: other}, files);
  }
  return {node, module};
}

function passedOn(files: readonly SourceFile[], path: string): string[] {
  const {program} = parse({path, text: textOf(files, path)});
  return program.body.flatMap((each) =>
    each.type === 'ExportAllDeclaration' ? [posix.join(posix.dirname(path), each.source.value)] : [],
  );
}

function importOf({program, path}: Module, name: string): string | undefined {
  const found = findAll(program, 'ImportDeclaration').find(({node}) =>
    node.specifiers.some((each) => each.local.name === name),
  );
  return found && posix.join(posix.dirname(path), found.node.source.value);
}

function declarationOf(module: Module, name: string): Node | undefined {
  const exported = exportsOf(module).find((each) => each.name === name);
  if (exported) return exported.node;
  const types = findAll(module.program, 'TSInterfaceDeclaration', 'TSTypeAliasDeclaration');
  return types.find(({node}) => node.id.name === name)?.node;
}

function membersOf(node: Extract<Node, {type: 'TSInterfaceDeclaration' | 'TSTypeLiteral'}>) {
  const members = node.type === 'TSTypeLiteral' ? node.members : node.body.body;
  return members.flatMap((member) =>
    member.type === 'TSPropertySignature' || member.type === 'TSMethodSignature'
      ? [
          {
            key: member.key,
            optional: member.optional,
            typeAnnotation: member.type === 'TSPropertySignature' ? member.typeAnnotation : undefined,
          },
        ]
      : [],
  );
}

const recordOf = (node: Node): (Node | undefined)[] =>
  node.type === 'TSTypeReference' && nameOf(node.typeName) === 'Record' ? (node.typeArguments?.params ?? []) : [];

function deref(schema: Schema, root: Schema): Schema {
  const name = schema.$ref?.replace('#/$defs/', '');
  return name === undefined ? schema : (root.$defs?.[name] ?? schema);
}
