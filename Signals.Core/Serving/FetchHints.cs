namespace Signals.Core.Serving;

/// <summary>How many rows of each slot reads of a plan needed lately, so that most reads fetch once. No answer depends on it.</summary>
/// <remarks>Thread contract: any thread, without locks; a lost update costs a read a second fetch.</remarks>
internal sealed class FetchHints(int[] least)
{
    private const int Share = 8;

    private readonly int[] _rows = (int[])least.Clone();

    /// <summary>Writes for each slot how many rows to ask for first.</summary>
    public void CopyTo(Span<int> rows)
    {
        for (int slot = 0; slot < _rows.Length; slot++)
        {
            rows[slot] = Volatile.Read(ref _rows[slot]);
        }
    }

    /// <summary>Says how many rows of a slot a read had to ask for: more is believed at once, less little by little.</summary>
    public void Learn(int slot, int rows)
    {
        int held = Volatile.Read(ref _rows[slot]);
        rows = Math.Max(rows, least[slot]);
        int next = rows >= held ? rows : held - ((held - rows) / Share);
        if (next != held)
        {
            Volatile.Write(ref _rows[slot], next);
        }
    }
}
