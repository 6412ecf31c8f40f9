namespace Signals.Storage.Tables;

/// <summary>
/// Where the rows of a user lie in a table. Rows are [FirstRow, FirstRow + Count), newest first.
/// </summary>
/// <param name="FirstRow">Table-wide number of the user's newest row.</param>
/// <param name="Count">Rows, at least 1.</param>
/// <param name="NewestTime">No row of the user is newer. Exact unless the table spans more than 2^32 ms.</param>
/// <param name="OldestTime">No row of the user is older. Exact unless the table spans more than 2^32 ms.</param>
internal readonly record struct UserRows(long FirstRow, int Count, long NewestTime, long OldestTime);
