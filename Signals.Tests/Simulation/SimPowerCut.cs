namespace Signals.Tests.Simulation;

/// <summary>
/// Chooses what survives a power cut. Seed 0 loses everything that was not synced, seed 1 keeps everything, 2 keeps only the names,
/// 3 only the bytes; every other seed mixes: each name and each write survives or not on its own (so order is lost too), or a
/// prefix does; a surviving write may be torn at 512 B or 4 KiB, its lost sectors holding old bytes or garbage; a length may
/// survive without its bytes. Only bytes of un-synced writes are ever touched. Threads: one.
/// </summary>
internal sealed class SimPowerCut
{
    private const int SectorBytes = 512;

    private readonly Survival _names;
    private readonly Survival _writes;
    private readonly int _tearBytes;
    private readonly bool _garbage;
    private SimRandom _random;

    public SimPowerCut(ulong seed)
    {
        _random = new SimRandom(seed);
        _names = seed switch { 0 or 3 => Survival.None, 1 or 2 => Survival.All, _ => Mixed() };
        _writes = seed switch { 0 or 2 => Survival.None, 1 or 3 => Survival.All, _ => Mixed() };
        _tearBytes = _random.Coin() ? SectorBytes : SimContent.PageBytes;
        _garbage = _random.Coin();
    }

    private enum Survival
    {
        None,
        All,
        Prefix,
        Any,
    }

    /// <summary>
    /// The names that survive. A rename is lost or kept as a whole. Renamed directories are renamed in
    /// <paramref name="directories"/>.
    /// </summary>
    public Dictionary<string, int> Names(Dictionary<string, int> durable, HashSet<string> directories, List<SimOperation> pending)
    {
        var names = new Dictionary<string, int>(durable);
        int prefix = Prefix(_names, pending.Count);
        for (int i = 0; i < pending.Count; i++)
        {
            if (_names == Survival.Any ? _random.Coin() : i < prefix)
            {
                SimDisk.ApplyTo(names, directories, pending[i]);
            }
        }

        return names;
    }

    /// <summary>The bytes of one file that survive.</summary>
    public SimContent Content(SimInode inode)
    {
        SimContent content = inode.Durable.Clone();
        IReadOnlyList<SimOperation> pending = inode.Pending;
        int prefix = Prefix(_writes, pending.Count);
        for (int i = 0; i < pending.Count; i++)
        {
            if (_writes == Survival.Any ? _random.Below(3) == 0 : i < prefix)
            {
                SimInode.ApplyTo(content, pending[i]);
            }
            else if ((_writes == Survival.Any && _random.Coin()) || (_writes == Survival.Prefix && i == prefix))
            {
                Tear(content, pending[i]);
            }
        }

        return content;
    }

    private Survival Mixed() => (Survival)_random.Below(4);

    private int Prefix(Survival survival, int count) => survival switch
    {
        Survival.All => count,
        Survival.Prefix => _random.Below(count + 1),
        _ => 0,
    };

    private void Tear(SimContent content, in SimOperation operation)
    {
        if (operation.Kind != SimOperationKind.Write || operation.Length == 0)
        {
            return;
        }

        long end = operation.Offset + operation.Length;
        if (_random.Coin() && end > content.Length)
        {
            content.SetLength(end);
        }

        bool garbage = _garbage;
        ulong bits = 0;
        for (long start = operation.Offset; start < end;)
        {
            long next = Math.Min(end, (start / _tearBytes * _tearBytes) + _tearBytes);
            bits = bits <= 1 ? _random.Next() | (1UL << 63) : bits >> 1;
            int count = (int)(next - start);
            if ((bits & 1) != 0)
            {
                content.Write(start, operation.Slice((int)(start - operation.Offset), count), count);
            }
            else if (garbage)
            {
                garbage = false;
                WriteGarbage(content, start, Math.Min(count, SectorBytes));
            }

            start = next;
        }
    }

    private void WriteGarbage(SimContent content, long offset, int count)
    {
        Span<byte> bytes = stackalloc byte[SectorBytes];
        ulong word = 0;
        for (int i = 0; i < count; i++)
        {
            word = i % sizeof(ulong) == 0 ? _random.Next() : word >> 8;
            bytes[i] = (byte)word;
        }

        content.Write(offset, bytes[..count], count);
    }
}
