using Signals.Core.Columns;

namespace Signals.Storage.Compaction;

/// <summary>
/// How much data of one user a job over several tables accepts: all of it is in memory at once, several times over. Immutable.
/// </summary>
/// <param name="Rows">How many rows at most.</param>
/// <param name="Bytes">How many bytes of columns at most.</param>
internal sealed record UserLimit(long Rows, long Bytes)
{
    public static UserLimit Default { get; } = new(Rows: 1 << 28, Bytes: 256 << 20);

    /// <exception cref="UserLimitException">A user has more.</exception>
    public void Require(RowBuffer rows, int tables, ulong largest)
    {
        if (tables > 1 && (rows.Count > Rows || rows.UsedBytes > Bytes))
        {
            throw new UserLimitException(
                largest,
                $"One user has {rows.Count} rows of {rows.UsedBytes} bytes or more in {tables} tables; "
                + $"a merge takes {Rows} rows of {Bytes} bytes.");
        }
    }
}
