const key = row => `${row.type}/${row.time_ms}/${row.id}`;

/**
 * Marks the rows of the history that a definition serves, and says of the others why they are left out. A row that the host did not
 * judge, because it came between the two answers, has no mark.
 */
export function marked(history, sequence) {
  const served = new Set(sequence.served.map(key));
  const reasons = new Map(sequence.left_out.map(row => [key(row), row.reason]));
  return history.map(row => {
    const name = key(row);
    return served.has(name) ? { ...row, served: true } : reasons.has(name) ? { ...row, served: false, reason: reasons.get(name) } : { ...row };
  });
}
