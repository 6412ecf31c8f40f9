using System.Buffers;
using MessagePack;
using Signals.Storage.Tables;
using Signals.Storage.Versions;

namespace Signals.Tests.Storage.Versions;

/// <summary>
/// Pins the bytes of edits: what is written is read back, what is unknown is skipped or refused, and damage is a typed error.
/// </summary>
[Category("Fast")]
internal sealed class VersionEditFormatTests
{
    // docs/formats/manifest.md: map of 10; table 7; removed 1, 2; logs; position; schema; user 5 erased to 1000; source "s" at 300;
    // segment (1, 2) of type 0 from "s", generation 5, rank 6, days 3 to 4; type 0 complete up to 3000.
    private const string Golden =
        "8A0191DC0013070000" + "0A140302CD1000CE00C0FFEE" + "0001001400000000" + "90C0" + "02920102" + "0309" + "040C" + "05CD07D0"
        + "06C403010203" + "0791930005CD03E8" + "089192A173CD012C" + "09919C010200A17305060708CD03E8CD07D00304" + "0A8100CD0BB8";

    [Test]
    public void Write_EveryField_GivesTheDocumentedBytes() =>
        Assert.That(Convert.ToHexString(VersionEditFormat.Write(Everything())), Is.EqualTo(Golden));

    // docs/formats/manifest.md, tag 12: name, position, generation, bytes of the fingerprint, incarnation high, incarnation low.
    [TestCase("8108" + "9192A17307", 0, 0, 0UL, 0UL)]
    [TestCase("810C" + "9196A1730702CD1000CF010203040506070809", 2, 4096, 0x0102030405060708UL, 9UL)]
    [TestCase("810C" + "9196A173070000000C", 0, 0, 0UL, 12UL)]
    [TestCase("810C" + "9196A1730701000000", 1, 0, 0UL, 0UL)]
    public void Write_SourceWithAnIncarnation_GivesTheGoldenBytesAndReadsThem(
        string golden, int generation, int prefixBytes, ulong high, ulong low)
    {
        VersionEdit edit = new();
        SourcePosition source = new("s", 7)
        {
            Generation = generation,
            Incarnation = new SourceIncarnation(new UInt128(high, low), prefixBytes),
        };
        edit.Sources.Add(source);
        Assert.That(Convert.ToHexString(VersionEditFormat.Write(edit)), Is.EqualTo(golden));
        Assert.That(VersionEditFormat.Read(Convert.FromHexString(golden)).Sources, Is.EqualTo(new[] { source }));
    }

    [TestCase("810C" + "9196A1730700000000", TestName = "Read_SourceUnderTag12ThatSaysNothing_IsRefused")]
    [TestCase("810C" + "9196A17307FF000001", TestName = "Read_NegativeGeneration_IsRefused")]
    [TestCase("810C" + "9196A1730700CD100100 01", TestName = "Read_FingerprintOfTooManyBytes_IsRefused")]
    [TestCase("810C" + "9195A17307000000", TestName = "Read_IncarnationWithAFieldMissing_IsRefused")]
    public void Read_ImpossibleIncarnation_IsRefused(string hex) =>
        Assert.That(
            () => VersionEditFormat.Read(Convert.FromHexString(hex.Replace(" ", "", StringComparison.Ordinal))),
            Throws.TypeOf<InvalidDataException>());

    [Test]
    public void Read_GoldenBytes_GivesTheEditThatWroteThem()
    {
        VersionEdit edit = VersionEditFormat.Read(Convert.FromHexString(Golden));

        Assert.That(edit.AddedTables, Is.EqualTo(Everything().AddedTables));
        Assert.That(edit.RemovedTables, Is.EqualTo(new ulong[] { 1, 2 }));
        Assert.That(edit.Erasures, Is.EqualTo(Everything().Erasures));
        Assert.That(edit.Sources, Is.EqualTo(Everything().Sources));
        Assert.That(edit.ImportedSegments, Is.EqualTo(Everything().ImportedSegments));
        Assert.That(edit.CompleteUpTo, Is.EqualTo(Everything().CompleteUpTo));
        Assert.That(
            (edit.FirstLiveLog, edit.NextFileNumber, edit.FlushedPosition?.Value),
            Is.EqualTo((FirstLiveLog: 9UL, NextFileNumber: 12UL, FlushedPosition: 2000L)));
        Assert.That(edit.Schema, Is.EqualTo(new byte[] { 1, 2, 3 }));
    }

    [Test]
    public void Read_FieldOfALaterVersionNestedAHundredThousandDeep_IsSkipped([Values] bool segment)
    {
        byte[] bytes = VersionEditFormat.Write(segment ? new VersionEdit().Import(70) : Edits.Add(3));
        const int ArrayAt = 3; // behind the map, the tag and the list
        bytes[segment ? ArrayAt : ArrayAt + 2]++;
        byte[] deep = new byte[100_001];
        Array.Fill(deep, (byte)0x91);
        deep[^1] = 0xC0;
        VersionEdit read = VersionEditFormat.Read((byte[])[.. bytes, .. deep]);
        Assert.That((read.AddedTables.Count, read.ImportedSegments.Count), Is.EqualTo(segment ? (0, 1) : (1, 0)));
    }

    /// <summary>What tells a changed run from one that did not change: no part may be left out.</summary>
    [Test]
    public void ColumnFileMeta_OfAnotherNumberLengthChecksumOrColumns_IsAnother()
    {
        ColumnFileMeta file = new(9, 200, 0xBEEF, [1, 7]);
        Assert.That(file, Is.EqualTo(new ColumnFileMeta(9, 200, 0xBEEF, [1, 7])));
        foreach (ColumnFileMeta other in (ColumnFileMeta[])[new(8, 200, 0xBEEF, [1, 7]), new(9, 201, 0xBEEF, [1, 7]),
            new(9, 200, 0xBEEE, [1, 7]), new(9, 200, 0xBEEF, [1, 8]), new(9, 200, 0xBEEF, [1])])
        {
            Assert.That(other, Is.Not.EqualTo(file));
        }
    }

    [Test]
    public void SpansWindows_IsACriticalTagThatIsThereOnlyWhenItHolds()
    {
        Assert.That(Convert.ToHexString(VersionEditFormat.Write(new VersionEdit { SpansWindows = true })), Is.EqualTo("810DC3"));
        Assert.That(Convert.ToHexString(VersionEditFormat.Write(new VersionEdit())), Is.EqualTo("80"));
        Assert.That(VersionEditFormat.Read(new byte[] { 0x81, 0x0D, 0xC3 }).SpansWindows);
        Assert.That(() => VersionEditFormat.Read(new byte[] { 0x81, 0x0D, 0xC2 }), Throws.TypeOf<InvalidDataException>());
        ManifestState state = ManifestState.Replay([new VersionEdit { SpansWindows = true }, new VersionEdit()]);
        Assert.That(ManifestState.Replay(state.Snapshot()).SpansWindows, "What it once was stays in every snapshot.");
    }

    // docs/formats/manifest.md, tag 14: the grace in ms, then age in ms, bytes and granularity in ms.
    [TestCase("810E" + "92" + "CE05265C00" + "93" + "CE05265C00" + "CE00100000" + "CD03E8", 86_400_000L, 86_400_000L)]
    [TestCase("810E" + "92" + "C0" + "90", null, 0L)]
    [TestCase("810E" + "92" + "00" + "C0", 0L, null)]
    public void Keep_StatedOrNot_IsTheGoldenBytesAndReadFromThem(string golden, long? graceMs, long? ageMs)
    {
        VersionLimits? limits = ageMs is not { } age ? null : age == 0 ? VersionLimits.None : new VersionLimits(age, 1 << 20, 1000);
        KeepSettings keep = new(graceMs, limits);
        Assert.That(Convert.ToHexString(VersionEditFormat.Write(new VersionEdit { Keep = keep })), Is.EqualTo(golden));
        Assert.That(VersionEditFormat.Read(Convert.FromHexString(golden)).Keep, Is.EqualTo(keep));
    }

    [TestCase("810E" + "91" + "00", TestName = "Read_KeepWithAFieldMissing_IsRefused")]
    [TestCase("810E" + "92" + "FF" + "C0", TestName = "Read_NegativeGrace_IsRefused")]
    [TestCase("810E" + "92" + "CF7FFFFFFFFFFFFFFF" + "C0", TestName = "Read_EndlessGrace_IsRefused")]
    [TestCase("810E" + "92" + "C0" + "92" + "CE05265C00" + "CE00100000", TestName = "Read_VersionsWithAFieldMissing_IsRefused")]
    [TestCase("810E" + "92" + "C0" + "93" + "00" + "CE00100000" + "CD03E8", TestName = "Read_VersionsOfNoAge_IsRefused")]
    [TestCase("810E" + "92" + "C0" + "93" + "CE05265C00" + "CE000FFFFF" + "CD03E8", TestName = "Read_VersionsOfTooFewBytes_IsRefused")]
    [TestCase("810E" + "92" + "C0" + "93" + "CE05265C00" + "CE00100000" + "09", TestName = "Read_TooFineAGranularity_IsRefused")]
    public void Read_ImpossibleKeep_IsRefused(string hex) =>
        Assert.That(() => VersionEditFormat.Read(Convert.FromHexString(hex)), Throws.TypeOf<InvalidDataException>());

    [TestCase(true, "81CC80C40101")]
    [TestCase(false, "81CC80C40100")]
    public void KeepsVersions_IsOneByteOfAnOptionalTag(bool keeps, string expected)
    {
        byte[] bytes = VersionEditFormat.Write(new VersionEdit { KeepsVersions = keeps });
        Assert.That(Convert.ToHexString(bytes), Is.EqualTo(expected));
        Assert.That(VersionEditFormat.Read(bytes).KeepsVersions, Is.EqualTo(keeps));
    }

    [TestCase(100u, false)]
    [TestCase(127u, false)]
    [TestCase(128u, true)]
    [TestCase(70_000u, true)]
    public void Read_UnknownTag_IsSkippedOnlyWhenOptional(uint tag, bool accepted)
    {
        var buffer = new ArrayBufferWriter<byte>();
        var writer = new MessagePackWriter(buffer);
        writer.WriteMapHeader(2);
        writer.Write(3u);
        writer.Write(9UL);
        writer.Write(tag);
        writer.Write(new byte[] { 1, 2 });
        writer.Flush();
        byte[] bytes = buffer.WrittenSpan.ToArray();

        if (accepted)
        {
            Assert.That(VersionEditFormat.Read(bytes).FirstLiveLog, Is.EqualTo(9UL));
        }
        else
        {
            Assert.That(() => VersionEditFormat.Read(bytes), Throws.TypeOf<InvalidDataException>().With.Message.Contains($"tag {tag}"));
        }
    }

    [TestCase("82030903", TestName = "Read_TagTwice_IsRefused")]
    [TestCase("82030901920102", TestName = "Read_TagsOutOfOrder_IsRefused")]
    [TestCase("8103", TestName = "Read_MissingValue_IsRefused")]
    [TestCase("80C0", TestName = "Read_TrailingBytes_IsRefused")]
    [TestCase("", TestName = "Read_Nothing_IsRefused")]
    [TestCase("8101DD7FFFFFFF", TestName = "Read_CountBeyondTheBytes_IsRefused")]
    [TestCase("8106C67FFFFFFF", TestName = "Read_SchemaBeyondTheBytes_IsRefused")]
    [TestCase("810791930005D38000000000000000", TestName = "Read_ErasureBelowEveryTime_IsRefused")]
    public void Read_MalformedBytes_IsRefused(string hex) =>
        Assert.That(() => VersionEditFormat.Read(Convert.FromHexString(hex)), Throws.TypeOf<InvalidDataException>());

    [Test]
    public void Read_EveryBitFlippedAndEveryPrefix_EndsInAnEditOrTheTypedError()
    {
        byte[] golden = Convert.FromHexString(Golden);
        for (int bit = 0; bit < golden.Length * 8; bit++)
        {
            byte[] damaged = [.. golden];
            damaged[bit / 8] ^= (byte)(1 << (bit % 8));
            ReadOrRefuse(damaged);
            ReadOrRefuse(golden[..(bit / 8)]);
        }
    }

    /// <summary>A text of 4 GiB in a few bytes surfaced as an argument error of the reader.</summary>
    [Test]
    public void Read_TextOfAnAbsurdLength_IsTheTypedError()
    {
        byte[] golden = Convert.FromHexString(Golden);
        int source = golden.AsSpan().IndexOf(new byte[] { 0xA1, (byte)'s' });
        byte[] absurd = [.. golden[..source], 0xDB, 0xFF, 0xFF, 0xFF, 0xFF, .. golden[(source + 1)..]];
        Assert.That(source, Is.Positive);
        Assert.That(() => VersionEditFormat.Read(absurd), Throws.TypeOf<InvalidDataException>());
    }

    private static void ReadOrRefuse(byte[] bytes)
    {
        try
        {
            VersionEditFormat.Read(bytes);
        }
        catch (InvalidDataException)
        {
            // The only error a caller has to expect.
        }
    }

    private static VersionEdit Everything()
    {
        VersionEdit edit = Edits.Add(7).Remove(1, 2).Erase(5, 1000).Move("s", 300);
        edit.FirstLiveLog = 9;
        edit.NextFileNumber = 12;
        edit.FlushedPosition = new(2000);
        edit.Schema = [1, 2, 3];
        edit.ImportedSegments.Add(Edits.Segment(new UInt128(1, 2)));
        edit.CompleteUpTo.Add(0, 3000);
        return edit;
    }
}
