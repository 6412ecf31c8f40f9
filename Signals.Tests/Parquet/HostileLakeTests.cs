using Signals.Parquet;
using Signals.Tests.Reliability;

namespace Signals.Tests.Parquet;

/// <summary>Files that are cut off, changed, or never were Parquet: an answer or an error that names the file, never a crash.</summary>
[Category("Fast")]
[Category("Scaled")]
internal sealed class HostileLakeTests
{
    [Test]
    public void Read_AFileThatIsCutOff_IsRefusedNamingIt()
    {
        byte[] good = HostileLake.Good();
        HostileLake.Read(good);
        for (int length = 0; length < good.Length; length += 41)
        {
            byte[] cut = good[..length];
            Assert.That(() => HostileLake.Read(cut), Throws.TypeOf<ParquetFileException>().With.Message.Contains("a.parquet"), $"{length}");
        }
    }

    [Test]
    public void Read_ChangedBytes_IsReadOrRefused()
    {
        byte[] good = HostileLake.Good();
        Random random = new(5);
        for (int i = 0; i < TestScale.Of(2000); i++)
        {
            byte[] changed = [.. good];
            int at = random.Next(good.Length);
            switch (random.Next(3))
            {
                case 0: changed[at] ^= (byte)(1 << random.Next(8)); break;
                case 1: changed[at] = (byte)random.Next(256); break;
                default: changed.AsSpan(at, Math.Min(random.Next(1, 9), good.Length - at)).Fill((byte)(random.Next(2) * 255)); break;
            }

            TryRead(changed, $"input {i}, byte {at}");
        }
    }

    [Test]
    public async Task Read_AFileOfOurs_WithAChangedPage_IsRefusedOrTheSame()
    {
        using LakeFolder folder = new();
        byte[] good = await ExportAsync(folder);
        File.WriteAllBytes(folder["a.parquet"], good);
        string expected = await ContentAsync(folder);
        Random random = new(6);
        int refused = 0;
        for (int i = 0; i < TestScale.Of(300); i++)
        {
            // Behind the magic number, within the first pages and their headers. A page's checksum does not cover its header.
            byte[] changed = [.. good];
            changed[random.Next(4, 600)] ^= (byte)(1 << random.Next(8));
            File.WriteAllBytes(folder["a.parquet"], changed);
            try
            {
                Assert.That(await ContentAsync(folder), Is.EqualTo(expected), $"input {i}");
            }
            catch (ParquetFileException)
            {
                refused++;
            }
        }

        Assert.That(refused, Is.GreaterThan(TestScale.Of(100)));
    }

    [TestCase("PAR1", "too few")]
    [TestCase("user,time,id\n1,2,3\n", "PAR1")]
    [TestCase("PAR1....\xff\xff\xff\x7fPAR1", "claims")]
    [TestCase("PAR1....\x04\x00\x00\x00PARE", "encrypted")]
    [TestCase("PAR1....\x04\x00\x00\x00PAR1", "footer")]
    public void Read_NoParquet_IsRefusedSayingWhy(string text, string reason) => Assert.That(
        () => HostileLake.Read(System.Text.Encoding.Latin1.GetBytes(text)),
        Throws.TypeOf<ParquetFileException>().With.Message.Contains(reason));

    private static void TryRead(byte[] bytes, string what)
    {
        try
        {
            HostileLake.Read(bytes);
        }
        catch (Exception error) when (HostileLake.IsTyped(error))
        {
            // Refused, as it should be when it is not read.
        }
        catch (Exception error)
        {
            throw new AssertionException($"{what}: {error}", error);
        }
    }

    private static async Task<byte[]> ExportAsync(LakeFolder folder)
    {
        await using SignalStore store = await LakeSamples.OpenAsync(folder["store"]);
        ParquetExportResult result = await ParquetExporter.ExportAsync(
            store, new ParquetExportOptions { Folder = folder["lake"], Partition = ParquetPartition.None, Parallelism = 1 });
        return await File.ReadAllBytesAsync(result.Files[0].Path);
    }

    private static async Task<string> ContentAsync(LakeFolder folder)
    {
        string output = folder[Guid.NewGuid().ToString("N")];
        ParquetImportResult result = await ParquetImporter.WriteSegmentsAsync(
            LakeSamples.Schema["view"], output, "s", LakeRoundTripTests.ImportOptions(folder["a.parquet"], "view"));
        return result.Segments[0].ContentId;
    }
}
