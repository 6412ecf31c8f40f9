using Signals.Parquet;

namespace Signals.Tests.Parquet;

/// <summary>docs/formats/parquet.md: a file that this version of the layout wrote is read for ever.</summary>
[Category("Fast")]
internal sealed class LakeGoldenTests
{
    private const string Golden =
        "UEFSMRUEFVQVZhXju+suPBUEFQASAAAotS/9ICpRAQACAAAANDIgAAAAM2RkNDQxYWJkNGQ3NmVkNjQ4MmM4OTQ4NGNiZDYyYzgVABUGFRgVvbb8rggcFQYV"
        + "EBUGFQYAACi1L/0gAxkAAAEDBhUEFUAVRBWbibGoCDwVBBUAEgAAKLUv/SAgzQAAmAAAKj3UQavU127WSCyJSEy9YsgBAAfAAhUAFQYVGBW9tvyuCBwVBhUQ"
        + "FQYVBgAAKLUv/SADGQAAAQMGFQAVHhUwFYHhr5wNHBUGFQoVBhUGAAAotS/9IA95AACAAgQDhKiolJVnAQAAAAAVABUwFToV0umMqQYcFQYVABUGFQYAACi1"
        + "L/0gGKUAAGD//wIAAQAAAAAAAAACAGDgAWABFQQVCBUaFbyooIMBPBUCFQASAAAotS/9IAQhAAAHAAAAFQAVEhUkFdaMudIIHBUGFRAVBhUGAAAotS/9IAlJ"
        + "AAACAAAAAwQBAgAVBBUcFS4Vmon30wc8FQQVABIAACi1L/0gDnEAAAAAAAAGAAAAa2V0dGxlFQAVEhUkFZrv3YMDHBUGFRAVBhUGAAAotS/9IAlJAAACAAAA"
        + "AwYBAwIVABUiFTQV0ouu2wgcFQgVABUGFQYAACi1L/0gEYkAAAIAAAADCAMAAAADoAAAOADAFQQVEhUkFaGdp+cMPBUCFQASAAAotS/9IAlJAAAFAAAAY291"
        + "bnQVABUgFTIViPHx9gkcFQYVEBUGFQYAACi1L/0gEIEAAAIAAAAGAAMAAAADCAABAgAZEQIZGCAzZGQ0NDFhYmQ0ZDc2ZWQ2NDgyYzg5NDg0Y2JkNjJjOBkY"
        + "AjQyFQIZFgAAGRECGRgQAAAAAAAAAAAAAAAAAAAAKhkYED3UQavU127WSCyJSEy9YsgVAhkWAAAZEQIZGAgACkWpnAEAABkYCAIKRamcAQAAFQIZFgAAGREC"
        + "GRgIAQAAAAAAAAAZGAj//////////xUCGRYAABkRAhkYBAcAAAAZGAQHAAAAFQIZFgQpJgQCABkRAhkYABkYBmtldHRsZRUCGRYCKSYCBAAZEQIZGAVjb3Vu"
        + "dBkYBWNvdW50FQIZFgQZJgYAGTYEAAIAGRwWlAEVRhYAABkWhAEAGRwWxgIVRhYAAAAZHBaMAxVeFgAAABkcFuoDFWgWAAAAGRwWlAUVUhYAAAAZHBa8BhVS"
        + "FgAAGRYMABkcFo4HFWIWAAAAGRwWvAgVYBYAABkWCgAVBBncNQAYBnNjaGVtYRUQABUMJQAYBHVzZXIlAEwcAAAAFQ4VIBUAGAd1c2VyX2lkABUEJQAYBHRp"
        + "bWUlEkyMERwcAAAAAAAVBCUAGAJpZCUcTKwTQBIAAAAVAiUCGAVjb3VudCUiTKwTIBEAAAAVDCUCGAV0aXRsZSUATBwAAAA1AhgGdmVjdG9yFQIVBkw8AAAA"
        + "NQQYBGxpc3QVAgAVDhUEFQAYB2VsZW1lbnRs/AAAADUCGAxudWxsX2NvbHVtbnMVAhUGTDwAAAA1BBgEbGlzdBUCABUMJQAYB2VsZW1lbnQlAEwcAAAAFgYZ"
        + "HBmMJgAcFQwZNQAGEBkYBHVzZXIVDBYGFq4BFtIBJpQBJggcNgAoAjQyGCAzZGQ0NDFhYmQ0ZDc2ZWQ2NDgyYzg5NDg0Y2JkNjJjOBERABksFQQVABUCABUA"
        + "FRAVAgA8FoQBGQYZBgAAFoQNFR4WnAkVYgAmABwVDhk1AAYQGRgHdXNlcl9pZBUMFgYWnAEWsgEmxgIm2gEcNgAoED3UQavU127WSCyJSEy9YsgYEAAAAAAA"
        + "AAAAAAAAAAAAACoREQAZLBUEFQAVAgAVABUQFQIAABaiDRUWFv4JFV4AJgAcFQQZJQYKGRgEdGltZRUMFgYWTBZeJowDPBgIAgpFqZwBAAAYCAAKRamcAQAA"
        + "FgAoCAIKRamcAQAAGAgACkWpnAEAABERABkcFQAVChUCAAAWuA0VFhbcChU+ACYAHBUEGSUGABkYAmlkFQwWBhZeFmgm6gM8NgAoCP//////////GAgBAAAA"
        + "AAAAABERABkcFQAVABUCAAAWzg0VFhaaCxU+ACYAHBUCGTUABhAZGAVjb3VudBUMFgYWcBaUASaUBSbSBBwYBAcAAAAYBAcAAAAWBCgEBwAAABgEBwAAABER"
        + "ABksFQQVABUCABUAFRAVAgA8KQYZJgQCAAAW5A0VFhbYCxU2ACYAHBUMGTUABhAZGAV0aXRsZRUMFgYWhAEWqAEmvAYm5gUcNgIoBmtldHRsZRgAEREAGSwV"
        + "BBUAFQIAFQAVEBUCADwWDBkGGSYCBAAAFvoNFRwWjgwVMgAmABwVDhklBgAZOAZ2ZWN0b3IEbGlzdAdlbGVtZW50FQwWCBZQFmImjgdJHBUAFQAVAgA8KSYG"
        + "Ahk2BAAEAAAWlg4VFgAmABwVDBk1AAYQGTgMbnVsbF9jb2x1bW5zBGxpc3QHZWxlbWVudBUMFgYWiAEWrAEmvAgm8AccNgQoBWNvdW50GAVjb3VudBERABks"
        + "FQQVABUCABUAFRAVAgA8FgoZJgYAGTYEAAIAABasDhUcFsAMFUQAFsAHFgYZPBUCEhIAFQQREgAVBhISABYIFpQJABkcGAdzaWduYWxzGNACeyJ2ZXJzaW9u"
        + "IjoxLCJraW5kIjoiRXZlbnRzIiwibmFtZSI6InZpZXciLCJudWxscyI6ImEgbnVsbCBjZWxsIGlzIGFic2VudCwgdW5sZXNzIG51bGxfY29sdW1ucyBuYW1l"
        + "cyBpdHMgY29sdW1uOiB0aGVuIGl0IGlzIG51bGwiLCJjb2x1bW5zIjpbeyJuYW1lIjoiY291bnQiLCJraW5kIjoiSW50MzIiLCJkaW1lbnNpb25zIjoxLCJy"
        + "b2xlIjoiRmllbGQifSx7Im5hbWUiOiJ0aXRsZSIsImtpbmQiOiJUZXh0IiwiZGltZW5zaW9ucyI6MSwicm9sZSI6IkZpZWxkIn0seyJuYW1lIjoidmVjdG9y"
        + "Iiwia2luZCI6IlZlY3RvckZsb2F0MTYiLCJkaW1lbnNpb25zIjoyLCJyb2xlIjoiRmllbGQifV19ABgHU2lnbmFscxmMHAAAHAAAHAAAHAAAHAAAHAAAHAAA"
        + "HAAAAIQFAABQQVIx";

    private static readonly StoreSchema Schema = StoreSchema.Define(schema => schema.EventType("view", type => type
        .Field<int>("count").Text("title").Vector<Half>("vector", 2)));

    [Test]
    public async Task Import_GoldenBytes_GivesTheGoldenEvents()
    {
        using LakeFolder folder = new();
        await File.WriteAllBytesAsync(folder["golden.parquet"], Convert.FromBase64String(Golden));
        await using SignalStore store = SignalStore.Open(folder["store"], Schema);
        await ParquetImporter.ImportAsync(store, LakeRoundTripTests.ImportOptions(folder["golden.parquet"], "view"));
        string ann = UserId.From("ann").ToString();
        Assert.That(LakeDump.Of(store), Is.EquivalentTo(new[]
        {
            $"view 42 1772366400002 {ulong.MaxValue} count:Absent title:Absent vector:Absent",
            $"view {ann} 1772366400001 2 count:Null title= vector:Absent",
            $"view {ann} 1772366400000 1 count=07000000 title=6B6574746C65 vector=003800C0",
        }));
    }

    [Test]
    public async Task Import_ANewerLayout_IsRefused()
    {
        using LakeFolder folder = new();
        byte[] bytes = Convert.FromBase64String(Golden);
        int at = bytes.AsSpan().IndexOf("\"version\":1"u8);
        bytes[at + 10] = (byte)'2';
        await File.WriteAllBytesAsync(folder["golden.parquet"], bytes);
        await using SignalStore store = SignalStore.Open(folder["store"], Schema);
        Assert.That(
            async () => await ParquetImporter.ImportAsync(store, LakeRoundTripTests.ImportOptions(folder["golden.parquet"], "view")),
            Throws.TypeOf<ParquetFileException>().With.Message.Contains("version 2"));
    }
}
