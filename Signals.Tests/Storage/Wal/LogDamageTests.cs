using Signals.Storage.FileSystem;
using Signals.Storage.Wal;
using Signals.Tests.Simulation;

namespace Signals.Tests.Storage.Wal;

/// <summary>
/// Damage to a log of four entries, two of them promised synced by the third: each answer is the same entries, a typed error, or,
/// after the promise, a prefix.
/// </summary>
internal sealed class LogDamageTests
{
    private const string File = "d/000007.log";
    private const ulong Number = 7;
    private const int FixedSize = 4608;
    private const int Promised = 2;
    private static readonly byte[][] Payloads = [[.. "first"u8], [.. "second!!"u8], [.. "third"u8], [.. "the fourth frame"u8]];

    [TestCase(false)]
    [TestCase(true)]
    public void Replay_EveryBitFlipped_IsRefusedOrAPrefixBeyondThePromise(bool isSealed)
    {
        byte[] log = Written(isSealed, FixedSize);
        int refused = 0;
        for (int bit = 0; bit < log.Length * 8; bit++)
        {
            byte[] damaged = [.. log];
            damaged[bit / 8] ^= (byte)(1 << (bit % 8));
            refused += Check(damaged, isSealed ? Payloads.Length : Promised, $"bit {bit}") ? 0 : 1;
        }

        Assert.That(refused, Is.GreaterThan(LogFormat.HeaderBytes * 8));
    }

    [Test]
    public void Replay_FixedLogTruncatedAnywhere_IsRefused([Values] bool isSealed)
    {
        byte[] log = Written(isSealed, FixedSize);
        for (int length = 0; length < log.Length; length++)
        {
            Assert.That(Check(log[..length], 0, $"length {length}"), Is.False);
        }
    }

    [Test]
    public void Replay_GrowingLogTruncatedAnywhere_IsAPrefix()
    {
        byte[] log = Written(isSealed: true, 0);
        for (int length = 0; length < log.Length; length++)
        {
            Assert.That(Check(log[..length], 0, $"length {length}"), Is.EqualTo(length >= LogFormat.HeaderBytes));
        }
    }

    [Test]
    public void Replay_EntrySwappedWithTheNext_IsRefused()
    {
        byte[] log = Written(isSealed: true, FixedSize);
        int length = (int)LogFormat.EntryLength(Payloads[0].Length);
        byte[] swapped = [.. log];
        log.AsSpan(LogFormat.HeaderBytes, length).CopyTo(swapped.AsSpan(LogFormat.HeaderBytes + length));
        log.AsSpan(LogFormat.HeaderBytes + length, length).CopyTo(swapped.AsSpan(LogFormat.HeaderBytes));
        Assert.That(Check(swapped, 0, "swapped"), Is.False);
    }

    /// <summary>
    /// A misplaced write moved the seal before its place and left neither it nor an entry at theirs: that was taken for a torn
    /// tail.
    /// </summary>
    [Test]
    public void Replay_SealMovedBeforeItsPlace_IsRefused()
    {
        byte[] log = Written(isSealed: true, FixedSize);
        int third = LogFormat.HeaderBytes
            + (int)(LogFormat.EntryLength(Payloads[0].Length) + LogFormat.EntryLength(Payloads[1].Length));
        int seal = third + (int)(LogFormat.EntryLength(Payloads[2].Length) + LogFormat.EntryLength(Payloads[3].Length));
        log.AsSpan(seal, LogFormat.EntryBytes).CopyTo(log.AsSpan(third));
        log.AsSpan(third + LogFormat.EntryBytes).Clear();
        Assert.That(Check(log, 0, "moved"), Is.False);
    }

    [Test]
    public void Replay_HoleBeforeUnpromisedEntry_DropsThatEntryToo()
    {
        byte[] log = Written(isSealed: false, FixedSize);
        int third = LogFormat.HeaderBytes
            + (int)(LogFormat.EntryLength(Payloads[0].Length) + LogFormat.EntryLength(Payloads[1].Length));
        log.AsSpan(third, (int)LogFormat.EntryLength(Payloads[2].Length)).Clear();
        SimFileSystem files = Holding(log);
        List<byte[]> found = Replay(files, out LogReplay replay);
        Assert.That(found, Is.EqualTo(Payloads[..2]), "the fourth entry must not come back without the third");
        Assert.That(replay.Torn);

        LogReplay repaired = LogRepair.Seal(files, File, replay);
        Assert.That(Replay(files, out LogReplay again), Is.EqualTo(Payloads[..2]));
        Assert.That(again, Is.EqualTo(repaired));
    }

    // True for an answer, false for a typed refusal.
    private static bool Check(byte[] log, int atLeast, string what)
    {
        List<byte[]> found;
        try
        {
            found = Replay(Holding(log), out _);
        }
        catch (SignalsException)
        {
            return false;
        }

        Assert.That(found, Has.Count.AtLeast(atLeast), what);
        Assert.That(found, Is.EqualTo(Payloads[..found.Count]), what);
        return true;
    }

    private static byte[] Written(bool isSealed, long fixedSize)
    {
        var files = new SimFileSystem();
        files.CreateDirectory("d");
        using (LogWriter log = LogWriter.Create(files, File, Number, 1, fixedSize))
        {
            for (int i = 0; i < Payloads.Length; i++)
            {
                log.Append(Payloads[i], new(i));
                if (i + 1 == Promised)
                {
                    log.Sync();
                }
            }

            if (isSealed)
            {
                log.Seal();
            }
        }

        using IFile file = files.Open(File, FileOpenMode.Read);
        byte[] bytes = new byte[file.Length];
        file.Read(0, bytes);
        return bytes;
    }

    private static SimFileSystem Holding(byte[] bytes)
    {
        var files = new SimFileSystem(record: false);
        files.CreateDirectory("d");
        using IFile file = files.Open(File, FileOpenMode.CreateNew);
        file.Write(0, bytes);
        return files;
    }

    private static List<byte[]> Replay(SimFileSystem files, out LogReplay replay)
    {
        var payloads = new List<byte[]>();
        replay = LogReader.Replay(files, File, Number, 1, true, (payload, _) => payloads.Add(payload.ToArray()));
        return payloads;
    }
}
