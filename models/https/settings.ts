/** How `train https` grows its forests. */
export const SETTINGS = { trees: 100, maxDepth: 10, minLeaf: 5 } as const;
