using Signals.Enrichment;
using Signals.Tests.Storage.Tables;

namespace Signals.Tests.Storage.Entities;

/// <summary>Pins version 1 of docs/formats/entity-table.md: a change of these bytes is a new format version.</summary>
[Category("Fast")]
internal sealed class EntityGoldenTests
{
    private const string Golden = """
        534947454e54545901000000000000002f7609f4c32bb63703000000000000003c0000003c000000200000000b0000003700
        00003c000000030200000000000000000000000000000000000000000000000000000000000000000000015ae90ed8db8920
        67d19ef7fa5cbb6b55e48c43d963c2c103020000000000000000000002000000000000000400000000000000060000000000
        0000aa011c17a9d8fab385426f02ce08a23a0fd883db725579e9030200000000000000000040000080400000c0400000803f
        000040400000a040030200000100000100010006030100000e1c1c1c2a2a746865207469746c65206f662032746865207469
        746c65206f662034746865207469746c65206f6620332918030200000000003c004000000040003c004000000044003c0040
        00000046003c00400000003c003c004000000042003c004000000045003c004000003812f332070000000000000001000000
        4000000055e48c43d963c2c10fd883db725579e9c26850ad0000000092019195a56974656d73ce7fffffffc0ce9a7ec80094
        94a57072696365000b0194a669735f6e657700010194a57469746c6500140194a6766563746f72001f040000000000000000
        000000000000000007000000320100005201000000000000800000000716e10700000000b10ce288534947454e545459
        """;

    private static byte[] GoldenBytes => Convert.FromHexString(string.Concat(Golden.Where(char.IsAsciiHexDigit)));

    [Test]
    public void Write_GoldenEntities_GivesTheGoldenBytes()
    {
        byte[] bytes = EntitySamples.Write(
            new MemoryFileSystem(), Enumerable.Range(0, 7), new EntityWriterOptions { Version = 3, BlockBytes = 256 });
        Assert.That(Convert.ToHexString(bytes), Is.EqualTo(Convert.ToHexString(GoldenBytes)));
    }

    [Test]
    public void Read_GoldenBytes_GivesTheGoldenEntities()
    {
        MemoryFileSystem files = new();
        files[EntitySamples.Path] = GoldenBytes;
        using EntityTable table = EntitySamples.Open(files);
        Assert.That(table.Version, Is.EqualTo(3));
        EntityLookup lookup = table.CreateLookup();
        lookup.Find([.. Enumerable.Range(0, 8).Select(EntitySamples.KeyOf)]);
        for (int i = 0; i < 7; i++)
        {
            EntitySamples.AssertRow(lookup, i, i);
        }

        Assert.That(lookup.Found[7], Is.False);
    }
}
