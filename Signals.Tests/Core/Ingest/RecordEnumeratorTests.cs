using System.Buffers.Binary;
using Signals.Core.Ingest;

namespace Signals.Tests.Core.Ingest;

/// <summary>Walking records, from trusted and from damaged bytes.</summary>
[Category("Fast")]
internal sealed class RecordEnumeratorTests
{
    [TestCase(8, 8)]
    [TestCase(9, 16)]
    [TestCase(0, 0)]
    public void Align_Length_RoundsUpToAWord(int length, int aligned) =>
        Assert.That(RecordFormat.Align(length), Is.EqualTo(aligned));

    [Test]
    public void MoveNext_RecordsAndPadding_SkipsPadding()
    {
        byte[] bytes = [.. Record(16, RecordKind.Events), .. Record(24, RecordKind.Padding), .. Record(8, RecordKind.Erase)];
        Assert.That(Kinds(bytes), Is.EqualTo([RecordKind.Events, RecordKind.Erase]));
        Assert.That(Kinds([]), Is.Empty);
    }

    [TestCase(0)]
    [TestCase(4)]
    [TestCase(12)]
    [TestCase(24)]
    [TestCase(-8)]
    [TestCase(int.MaxValue)]
    public void MoveNext_ImpossibleLength_IsRefused(int length)
    {
        byte[] bytes = Record(16, RecordKind.Events);
        BinaryPrimitives.WriteInt32LittleEndian(bytes, length);
        Assert.That(() => Kinds(bytes), Throws.TypeOf<InvalidDataException>());
    }

    [Test]
    public void MoveNext_FewerBytesThanAHeader_IsRefused() =>
        Assert.That(() => Kinds([.. Record(8, RecordKind.Events), 1, 2, 3]), Throws.TypeOf<InvalidDataException>());

    private static byte[] Record(int length, RecordKind kind)
    {
        byte[] record = new byte[length];
        RecordFormat.WriteHeader(record, kind, version: 1, typeId: 0);
        BinaryPrimitives.WriteInt32LittleEndian(record, length);
        return record;
    }

    private static List<RecordKind> Kinds(byte[] bytes)
    {
        var kinds = new List<RecordKind>();
        var records = new RecordEnumerator(bytes);
        while (records.MoveNext())
        {
            kinds.Add(records.Header.Kind);
        }

        return kinds;
    }
}
