// @ts-check
// Runs before the first paint, so a reader who chose a look never sees the other one flash.

{
  /** @type {Record<string, readonly string[]>} */
  const choices = { theme: ["light", "dark"], size: ["large", "huge"], face: ["serif"] };
  try {
    for (const [name, allowed] of Object.entries(choices)) {
      const value = localStorage.getItem(`xuelan.${name}`);
      if (value && allowed.includes(value)) document.documentElement.dataset[name] = value;
    }
  } catch {
    // Storage may be forbidden; the system's own preference stands.
  }
}
