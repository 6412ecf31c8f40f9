using Signals.Core.Model;

namespace Signals.Storage.Compaction;

/// <summary>One user has more rows, or bytes of a column, than work with all these tables takes at once. No damage and no lack of anything: the work is done without the table.</summary>
internal sealed class UserLimitException(ulong table, string message, Exception? cause = null)
    : SignalsException($"Table {table}: {message} It stays as it is, and is read like any other.", cause)
{
    /// <summary>The table with the most rows of the user.</summary>
    public ulong Table => table;
}
