namespace Signals.Storage.Heads;

/// <summary>
/// How far a reader had certainly seen the memtables of a user and event type: all of the older ones, and so many rows of one. Immutable.
/// </summary>
/// <param name="Table">The number of the active memtable of the view.</param>
/// <param name="Rows">How many rows of the user it had before the read.</param>
internal readonly record struct HeadMark(long Table, int Rows);
