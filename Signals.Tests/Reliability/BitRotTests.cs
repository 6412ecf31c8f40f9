using System.Collections.Concurrent;
using System.Diagnostics;
using Signals.Storage.Versions;
using Signals.Tests.Simulation;

namespace Signals.Tests.Reliability;

/// <summary>
/// Bits of every file of a closed store flip, sectors are zeroed, swapped or cut off: each time the store is refused with a typed error,
/// or answers exactly as before. At full size each bit flips. At a smaller one each byte has some of its bits flipped, and which ones
/// changes from byte to byte.
/// </summary>
[Category("Reliability")]
internal sealed class BitRotTests
{
    private const ulong Seed = 0xB27;
    private const int Steps = 50;
    private const int Sector = 512;
    private const int Stores = 10;

    /// <summary>Of the zeros in a log's header page, one bit in so many is tried; of all other bytes, every bit.</summary>
    private const int HeaderStride = 41;

    private static readonly StoreFileKind[] EveryKind =
    [
        StoreFileKind.Log, StoreFileKind.Table, StoreFileKind.Segment,
        StoreFileKind.ColumnFile, StoreFileKind.Manifest, StoreFileKind.Current,
    ];

    private readonly ConcurrentQueue<string> _wrong = new();
    private DamagedStore _store = null!;
    private int _damaged;
    private int _refused;

    [SetUp]
    public void SetUp()
    {
        _store = DamagedStore.First(Seed, Steps, store => EveryKind.All(store.Kinds.Contains));
        _wrong.Clear();
        (_damaged, _refused) = (0, 0);
    }

    [Test]
    public void Open_EachBitOfEachFileFlipped_IsRefusedOrAnswersTheSame()
    {
        Stopwatch time = Stopwatch.StartNew();
        int seeds = TestScale.Of(1);
        for (int i = 0; i < seeds; i++)
        {
            _store = i == 0 ? _store : new DamagedStore(Seed - (ulong)i, Steps);
            foreach ((string path, long length) in _store.Files())
            {
                Parallel.ForEach(BitsOf(path, length), bit => Judge($"bit {bit} of {path} flipped, seed {Seed}", files =>
                    DamagedStore.Change(files, path, bit / 8, 1, bytes => bytes[0] ^= (byte)(1 << (int)(bit % 8)))));
            }
        }

        Finish("bits flipped", time);
    }

    [Test]
    public void Open_SectorsZeroedSwappedOrCut_IsRefusedOrAnswersTheSame()
    {
        Stopwatch time = Stopwatch.StartNew();
        for (int i = 0; i < TestScale.Of(Stores); i++)
        {
            _store = i == 0 ? _store : new DamagedStore(Seed - (ulong)i, Steps);
            DamageSectors();
        }

        Finish("sectors damaged", time);
    }

    private void DamageSectors()
    {
        (string Path, long Offset, long End)[] tails = [_store.LastFrame(StoreFileKind.Log), _store.LastFrame(StoreFileKind.Manifest)];
        bool IsTail(string path, long sector) =>
            tails.Any(tail => tail.Path == path && sector >= tail.Offset / Sector && sector * Sector < tail.End);
        (string Path, long Length)[] all = [.. _store.Files().Where(file => file.Length > 0)];
        foreach ((string path, long length) in all)
        {
            long sectors = (length + Sector - 1) / Sector;
            Parallel.For(0, sectors, sector =>
            {
                int count = (int)Math.Min(Sector, length - (sector * Sector));

                // With the last frames in it, and the seal of a log, nothing is left that promised them. A log's length is known besides.
                bool isTail = IsTail(path, sector);
                bool isManifest = StoreFiles.Classify(Path.GetFileName(path), out _) == StoreFileKind.Manifest;
                Judge(
                    $"sector {sector} of {path} zeroed",
                    files => DamagedStore.Change(files, path, sector * Sector, count, bytes => bytes.Clear()), isTail);
                Judge(
                    $"sector {sector} of {path} all ones",
                    files => DamagedStore.Change(files, path, sector * Sector, count, bytes => bytes.Fill(0xFF)), isTail);
                Judge($"{path} cut at sector {sector}", files => DamagedStore.Truncate(files, path, sector * Sector), isTail && isManifest);
                for (long other = sector + 1; other < sectors; other += 1 + (sectors / 40))
                {
                    Judge(
                        $"sectors {sector} and {other} of {path} swapped",
                        files => Swap(files, path, length, sector, other), isTail || IsTail(path, other));
                }
            });
            foreach ((string other, long _) in all.Where(
                file => StoreFiles.Classify(Path.GetFileName(file.Path), out _) == StoreFiles.Classify(Path.GetFileName(path), out _)
                    && file.Path != path))
            {
                Judge($"{path} replaced by {other}", files => Replace(files, path, other));
            }
        }
    }

    private static IEnumerable<long> BitsOf(string path, long length)
    {
        bool hasPage = StoreFiles.Classify(Path.GetFileName(path), out _) is StoreFileKind.Log or StoreFileKind.Manifest;
        for (long bit = 0; bit < length * 8; bit++)
        {
            bool isTried = !hasPage || bit is < 64 * 8 or >= 4090 * 8 || bit % HeaderStride == 0;
            if (isTried && IsOfThisSize(bit))
            {
                yield return bit;
            }
        }
    }

    private static bool IsOfThisSize(long bit) => (bit + (bit / 8)) % TestScale.Step == 0;

    private static void Swap(SimFileSystem files, string path, long length, long first, long second)
    {
        byte[] kept = new byte[(int)Math.Min(Sector, length - (second * Sector))];
        DamagedStore.Change(files, path, first * Sector, kept.Length, bytes => bytes.CopyTo(kept));
        DamagedStore.Change(files, path, second * Sector, kept.Length, bytes =>
        {
            byte[] other = bytes.ToArray();
            kept.CopyTo(bytes);
            other.CopyTo(kept, 0);
        });
        DamagedStore.Change(files, path, first * Sector, kept.Length, bytes => kept.CopyTo(bytes));
    }

    private static void Replace(SimFileSystem files, string path, string other)
    {
        files.Delete(path);
        Signals.Storage.FileSystem.FileCopy.Copy(files, other, path);
    }

    private void Judge(string what, Action<SimFileSystem> damage, bool isTail = false)
    {
        SimFileSystem files = _store.Copy();
        damage(files);
        if (_store.Judge(files, out bool refused, isTail) is { } wrong)
        {
            _wrong.Enqueue($"{what}: {wrong}");
        }

        Interlocked.Increment(ref _damaged);
        Interlocked.Add(ref _refused, refused ? 1 : 0);
    }

    private void Finish(string what, Stopwatch time)
    {
        TestContext.Out.WriteLine(
            $"{_damaged} {what}: {_refused} refused, {_damaged - _refused - _wrong.Count} identical answers, {_wrong.Count} wrong, "
                + $"{time.Elapsed.TotalSeconds:F1} s; seed {Seed}");
        Assert.That(_wrong.Take(20), Is.Empty);
        Assert.That(_refused, Is.GreaterThan(_damaged / 4), "the damage is not seen at all");
    }
}
