// Names of services and domains, as the box takes them.
export function nameIsRight(name: string): boolean {
  return /^[a-z][a-z0-9-]{0,31}$/.test(name) && !name.endsWith("-");
}

/** RFC 1123's host names of at least two labels. */
export function domainIsRight(domain: string): boolean {
  const label = /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/i;
  const labels = domain.split(".");
  // An address is no name: the last label of a name is never a number.
  const address = /^\d+$/.test(labels.at(-1) ?? "");
  return (
    domain.length <= 253 && labels.length > 1 && !address && labels.every((one) => label.test(one))
  );
}

/** The first free name: the recipe's own, or with a number after it. */
export function freeName(recipe: string, taken: string[]): string {
  for (let number = 2, name = recipe; ; number += 1) {
    if (!taken.includes(name)) return name;
    name = `${recipe}-${number}`;
  }
}
