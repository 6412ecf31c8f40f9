using System.Globalization;
using Signals.Tests.Reliability;

namespace Signals.Tests.Parquet;

/// <summary>The stated memory holds, however much there is to write or read.</summary>
[Category("Reliability")]
internal sealed class LakeMemoryTests
{
    private const long BudgetBytes = 32 << 20;

    // The block cache that the scan fills, two workers that scan, encode and compress, and the libraries themselves.
    private const long SlackKiB = 224 << 10;

    [Test]
    public async Task ExportAndImport_OfMuch_TakeTheirBudget()
    {
        if (!OperatingSystem.IsLinux())
        {
            Assert.Ignore("A process reads its peak memory from /proc.");
        }

        using LakeFolder folder = new();
        int rows = TestScale.Of(2_000_000); // 272 bytes each
        await FillAsync(folder["store"], rows);
        long exported = await RunAsync("export", folder["store"], folder["lake"]);
        long imported = await RunAsync("import", folder["lake"], folder["segments"]);
        await TestContext.Out.WriteLineAsync($"{rows:N0} rows of 272 bytes: export {exported:N0} KiB, import {imported:N0} KiB");
        Assert.That(exported, Is.LessThan(BudgetBytes / 1024 + SlackKiB), "export");
        Assert.That(imported, Is.LessThan(BudgetBytes / 1024 + SlackKiB), "import");
    }

    private static async Task FillAsync(string path, int rows)
    {
        await using SignalStore store = SignalStore.Open(path, LakeChild.Schema);
        EventBatch batch = store.CreateBatch("view");
        Random random = new(3);
        float[] vector = new float[LakeChild.Dimensions];
        for (int i = 0; i < rows; i++)
        {
            random.NextBytes(System.Runtime.InteropServices.MemoryMarshal.AsBytes(vector.AsSpan()));
            batch.Add(UserId.From(1 + (ulong)random.Next(20_000)), LakeSamples.NoonMs + random.NextInt64(3 * LakeSamples.DayMs), (ulong)i)
                .Set("item", (long)i).SetVector<float>("vector", vector);
            if (batch.Count == 1024)
            {
                await store.AppendAsync(batch);
                batch.Clear();
            }
        }

        await store.AppendAsync(batch);
        await store.FlushAsync();
        await store.CompactAsync(); // or the child would do it beside its export
    }

    private static async Task<long> RunAsync(string what, string from, string to)
    {
        string budget = BudgetBytes.ToString(CultureInfo.InvariantCulture);
        (int code, string output, string errors) =
            await WatchedProcess.RunAsync(ChildProcess.StartOf(LakeChild.Word, what, from, to, budget));
        Assert.That(code, Is.Zero, errors);
        return long.Parse(output.Trim(), CultureInfo.InvariantCulture);
    }
}
