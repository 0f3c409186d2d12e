/** A JSON value with what was removed from it. */
export interface Stripped {
  value: unknown;
  strippedCount: number;
}

/** The parts of a JSON schema that name properties. */
export interface SchemaNode {
  $ref?: string;
  properties?: Record<string, SchemaNode>;
  additionalProperties?: unknown;
  items?: unknown;
  $defs?: Record<string, SchemaNode>;
}

/**
 * Builds a copier that leaves out every property a closed object of the schema has no name for. It goes no deeper than
 * the schema does and judges nothing else; what has the wrong type is copied for the schema to refuse.
 *
 * @param schema - A JSON schema whose references all point into its own `$defs`.
 */
export function createStripper(schema: SchemaNode): (value: unknown) => Stripped {
  const resolve = (node: SchemaNode): SchemaNode => {
    const name = node.$ref?.replace('#/$defs/', '');
    return name === undefined ? node : (schema.$defs?.[name] ?? {});
  };

  return (input) => {
    let strippedCount = 0;
    const copy = (value: unknown, node: SchemaNode): unknown => {
      const {properties, additionalProperties, items} = resolve(node);
      if (Array.isArray(value)) return isNode(items) ? value.map((item) => copy(item, items)) : value;
      if (typeof value !== 'object' || value === null || !properties || additionalProperties !== false) return value;
      const entries: [string, unknown][] = [];
      for (const [name, inner] of Object.entries(value)) {
        const known = Object.hasOwn(properties, name) ? properties[name] : undefined;
        if (known) entries.push([name, copy(inner, known)]);
        else strippedCount += 1;
      }
      return Object.fromEntries(entries);
    };
    return {value: copy(input, schema), strippedCount};
  };
}

function isNode(items: unknown): items is SchemaNode {
  return typeof items === 'object' && items !== null;
}
