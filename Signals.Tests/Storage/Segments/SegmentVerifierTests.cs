using System.Buffers.Binary;
using Signals.Core.Columns;
using Signals.Core.Model;
using Signals.Storage.FileSystem;
using Signals.Storage.Segments;
using Signals.Storage.Tables;
using Signals.Tests.Storage.Tables;

namespace Signals.Tests.Storage.Segments;

/// <summary>Nothing but what a writer writes passes the check, and whatever does not is named by file and offset.</summary>
[Category("Reliability")]
internal sealed class SegmentVerifierTests
{
    private static readonly Stamp Stamp = Stamp.Create(5, 2);

    private static IEnumerable<TestCaseData> BrokenRules()
    {
        RowDefaults existence = new(RunKind.Events, Stamp, StampParts.Existence);
        yield return Case("rows out of order", new() { Rows = [(1, [(10, 1), (20, 1)])] });
        yield return Case("row repeated", new() { Rows = [(1, [(10, 1), (10, 1)])] });
        yield return Case("ids out of order", new() { Rows = [(1, [(10, 2), (10, 1)])] });
        yield return Case(
            "rows out of order across blocks",
            new() { Rows = [(1, [.. Enumerable.Range(0, 40).Select(i => (40L - i + (i == 37 ? 5 : 0), 1UL))])] });
        yield return Case("time before the window", new() { Rows = [(1, [(-1, 1)])] });
        yield return Case("time behind the window", new() { Rows = [(1, [(24 * SegmentSample.Hour, 1)])] });
        yield return Case("window between windows", new() { Part = part => part with { WindowStart = part.WindowStart + 1 } });
        yield return Case(
            "another window", new() { Part = part => part with { WindowStart = part.WindowStart + 24 * SegmentSample.Hour } });
        yield return Case("another kind", new() { Part = part => part with { Kind = RunKind.Patches } });
        yield return Case("unknown kind", new() { Part = part => part with { Kind = (RunKind)2 } });
        yield return Case("another generation", new() { Defaults = new RowDefaults(RunKind.Events, Stamp.Create(6, 2), StampParts.None) });
        yield return Case("streamed rows", new() { Defaults = RowDefaults.Streamed });
        yield return Case("stamps of cells", new() { Defaults = new RowDefaults(RunKind.Events, Stamp, StampParts.Cells) });
        yield return Case("neither inserted nor retracted", new() { Defaults = existence });
        yield return Case("inserted by another", new() { Defaults = existence, Existence = (1, 0) });
        yield return Case("retracted by another", new() { Defaults = existence, Existence = (Stamp.Value, Stamp.Value + 1) });
        yield return Case("part that overlaps the header", new() { Part = part => part with { Offset = part.Offset - 1 } });
        yield return Case("gap before the part", new() { Part = part => part with { Offset = part.Offset + 1, Length = part.Length - 1 } });
        yield return Case("gap behind the part", new() { Part = part => part with { Length = part.Length - 1 } });
        yield return Case("part behind the end", new() { Part = part => part with { Length = long.MaxValue } });
        yield return Case("negative part", new() { Part = part => part with { Length = -1 } });
        yield return Case("offset that overflows", new() { Part = part => part with { Offset = long.MaxValue } });
        yield return Case("checksum of another part", new() { Part = part => part with { Checksum = part.Checksum + 1 } });
        yield return Case(
            "two thousand million parts",
            new() { Index = index => BinaryPrimitives.WriteUInt32LittleEndian(index, uint.MaxValue) });
        yield return Case("no part", new() { Index = index => BinaryPrimitives.WriteUInt32LittleEndian(index, 0) });
        yield return Case("reserved bytes of the index", new() { Index = index => index[^20] = 1 });
        yield return Case("another hash", new() { Tail = tail => tail[30] ^= 1 });
        yield return Case("index elsewhere", new() { Tail = tail => tail[0]++ });
        yield return Case("index of another length", new() { Tail = tail => tail[8]++ });
        yield return Case("newer version", new() { Tail = tail => tail[16]++ });
        yield return Case("unknown critical flag", new() { Tail = tail => tail[12]++ });
        yield return Case("reserved bytes of the tail", new() { Tail = tail => tail[40]++ });
        yield return Case("newer version in front", new() { Header = header => header[8]++ });
        yield return Case("unknown critical flag in front", new() { Header = header => header[12]++ });
        yield return Case("generation 0", new() { Header = header => header.AsSpan(24, 8).Clear() });
        yield return Case("no window", new() { Header = header => header.AsSpan(32, 8).Clear() });
        yield return Case("another window length", new() { Header = header => header[32]++ });
        yield return Case("days that end before they begin", new() { Header = header => header.AsSpan(40, 4).Clear() });
        yield return Case("reserved bytes of the header", new() { Header = header => header[50] = 1 });
        yield return Case("columns that are not there", new() { Header = header => header[22]++ });
        yield return Case("column fewer", new() { Header = header => header[22]-- });
        yield return Case("unknown column kind", new() { Header = header => header[66] = 200 });
        yield return Case("column of another kind", new() { Header = header => header[66] = (byte)ColumnKind.Float64 });
        yield return Case("scalar of two dimensions", new() { Header = header => header[70] = 2 });
        foreach (string name in (string[])["../x", "a\nbc", "a\0bc", "C:\\x", "/abs", "\u00e9\u00e9\u00e9\u00e9"])
        {
            yield return Case($"name {Convert.ToHexString(System.Text.Encoding.Latin1.GetBytes(name))}", new()
            {
                Header = header => System.Text.Encoding.Latin1.GetBytes(name.AsSpan(0, 4), header.AsSpan(56)),
            });
        }
    }

    [Test]
    public void Verify_UnbrokenForgery_Passes() => Assert.That(() => Verify(new SegmentForgery().Make()), Throws.Nothing);

    [Test]
    public void Verify_StampsOfItsOwn_Passes()
    {
        RowDefaults defaults = new(RunKind.Events, Stamp, StampParts.Existence);
        Assert.That(
            () => Verify(new SegmentForgery { Defaults = defaults, Existence = (0, Stamp.Value) }.Make()), Throws.Nothing);
    }

    [TestCaseSource(nameof(BrokenRules))]
    public void Verify_BrokenRuleUnderRightChecksums_NamesFileAndOffset(Func<byte[]> make)
    {
        CorruptionException? error = Assert.Throws<CorruptionException>(() => Verify(make()));
        Assert.That(error!.File, Is.EqualTo(SegmentSample.Path));
        Assert.That(error.Offset, Is.GreaterThanOrEqualTo(0));
    }

    [Test]
    public void Verify_AnyByteChanged_IsRefused([Values(0, 1, 5)] int mix, [Values(0x01, 0x80, 0xFF)] int flip)
    {
        byte[] bytes = Small(mix);
        for (int at = 0; at < bytes.Length; at++)
        {
            bytes[at] ^= (byte)flip;
            Assert.That(() => Verify(bytes), Throws.InstanceOf<CorruptionException>(), $"byte {at} of {bytes.Length}");
            bytes[at] ^= (byte)flip;
        }
    }

    [Test]
    public void Verify_CutOrZeroedAnywhere_IsRefused([Values(0, 1, 5)] int mix)
    {
        byte[] bytes = Small(mix);
        for (int length = 0; length < bytes.Length; length++)
        {
            Assert.That(() => Verify(bytes[..length]), Throws.InstanceOf<CorruptionException>(), $"{length} of {bytes.Length} bytes");
        }

        for (int from = 0; from + 64 <= bytes.Length; from += 32)
        {
            if (bytes.AsSpan(from, 64).ContainsAnyExcept((byte)0))
            {
                byte[] zeroed = [.. bytes];
                zeroed.AsSpan(from, 64).Clear();
                Assert.That(() => Verify(zeroed), Throws.InstanceOf<CorruptionException>(), $"zeros at {from}");
            }
        }

        Assert.That(() => Verify([.. bytes, 0]), Throws.InstanceOf<CorruptionException>());
    }

    [Test]
    public void Verify_PartsOfTwoSegmentsSwapped_IsRefused()
    {
        byte[] other = new SegmentForgery().Make();
        byte[] spliced = new SegmentForgery { Header = header => header[20]++, Table = _ => TableOf(other) }.Make();
        Assert.That(() => Verify(spliced), Throws.InstanceOf<CorruptionException>());
    }

    private static byte[] TableOf(byte[] segment)
    {
        MemoryFileSystem files = new();
        files[SegmentSample.Path] = segment;
        SegmentPart part = SegmentContent.Open(files).Parts[0];
        return segment.AsSpan((int)part.Offset, (int)part.Length).ToArray();
    }

    private static TestCaseData Case(string name, SegmentForgery forgery) =>
        new TestCaseData((Func<byte[]>)forgery.Make).SetArgDisplayNames(name);

    private static byte[] Small(int mix)
    {
        RowMarks[] marks = mix switch
        {
            0 => [RowMarks.Insert],
            1 => [RowMarks.Correct],
            _ => [RowMarks.Insert, RowMarks.Correct, RowMarks.Retract],
        };
        MemoryFileSystem files = new() { RecordsReads = false };
        SegmentSample.Write(files, SegmentSample.Rows(new Random(mix), 12, marks));
        return files[SegmentSample.Path];
    }

    private static void Verify(byte[] bytes)
    {
        MemoryFileSystem files = new() { RecordsReads = false };
        files[SegmentSample.Path] = bytes;
        using IFile file = files.Open(SegmentSample.Path, FileOpenMode.ReadForeign);
        SegmentVerifier.Verify(SegmentFile.Read(file), static _ => { });
    }
}
