namespace Signals.Storage.Tables;

/// <summary>The rows of a user in a table: [FirstRow, FirstRow + Count), newest first.</summary>
/// <param name="FirstRow">The table-wide number of the user's newest row.</param>
/// <param name="Count">The number of rows, at least 1.</param>
/// <param name="NewestTime">No row of the user is newer. Exact unless the table spans more than 2^32 ms.</param>
/// <param name="OldestTime">No row of the user is older. Exact unless the table spans more than 2^32 ms.</param>
internal readonly record struct UserRows(long FirstRow, int Count, long NewestTime, long OldestTime);
