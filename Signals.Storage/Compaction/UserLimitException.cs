namespace Signals.Storage.Compaction;

/// <summary>
/// One user has more rows, or more bytes of a column, than a job over all these tables accepts. Nothing is damaged and no
/// resource is short: the job is done again without the table.
/// </summary>
internal sealed class UserLimitException(ulong table, string message, Exception? cause = null)
    : SignalsException($"Table {table}: {message} It stays as it is, and is read like any other.", cause)
{
    /// <summary>The table with the most rows of the user.</summary>
    public ulong Table => table;
}
