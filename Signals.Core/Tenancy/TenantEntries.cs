namespace Signals.Core.Tenancy;

/// <summary>A tenant's idle entries, kept for the next reads so that entering and leaving allocate nothing.</summary>
/// <remarks>
/// Thread contract: any thread, without locks. An entry that finds no free place is left to the garbage collector.
/// </remarks>
internal sealed class TenantEntries
{
    private const int Places = 64;

    private readonly TenantEntry?[] _idle = new TenantEntry?[Places];

    /// <summary>Takes an entry that no other read has.</summary>
    public TenantEntry Take()
    {
        foreach (ref TenantEntry? place in _idle.AsSpan())
        {
            if (Volatile.Read(ref place) is not null && Interlocked.Exchange(ref place, null) is { } entry)
            {
                return entry;
            }
        }

        return new TenantEntry();
    }

    /// <summary>Gives back an entry whose read has ended.</summary>
    public void Return(TenantEntry entry)
    {
        foreach (ref TenantEntry? place in _idle.AsSpan())
        {
            if (Volatile.Read(ref place) is null && Interlocked.CompareExchange(ref place, entry, null) is null)
            {
                return;
            }
        }
    }
}
