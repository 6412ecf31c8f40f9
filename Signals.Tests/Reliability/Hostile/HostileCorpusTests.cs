using System.Reflection;
using Signals.Core.Model;
using Signals.Samples.ConsoleHost.Events;
using Signals.Storage.Tables;
using Signals.Tests.Architecture;

namespace Signals.Tests.Reliability.Hostile;

/// <summary>
/// Every reader of bytes from outside against inputs that claim much: an answer or an error of its own, and never more memory than
/// <see cref="Allocation.Most"/>.
/// </summary>
[Category("Reliability")]
internal sealed class HostileCorpusTests
{
    // What only writes, or reads nothing from outside.
    private static readonly Dictionary<string, string> NotRead = new()
    {
        ["ShoppingEvents"] = "makes its events up",
    };

    // Some edits change nothing.
    private const int LeastInputs = 30;

    private static IEnumerable<string> Doors => HostileDoors.All.Select(door => door.Name);

    [TestCaseSource(nameof(Doors))]
    public void Read_AnyNumberExtreme_IsReadOrRefusedWithLittleMemory(string name)
    {
        using IDisposable planted = PlantedBugs.Plant(PlantedBugs.ChecksumsAreZero);
        HostileDoor door = Find(name);
        byte[] good = door.Good();
        door.Read(good);
        Range kept = door.Unchanged(good);
        int[] places = [.. Enumerable.Range(0, good.Length).Where(at => at < kept.Start.Value || at >= kept.End.Value)];
        long edits = (long)places.Length * HostileEdits.PerPlace;
        long inputs = Math.Min(edits, Math.Max(LeastInputs, TestScale.Of(door.Inputs)));
        (long tried, long refused, long worst) = (0, 0, 0);
        for (long i = 0; i < inputs; i++)
        {
            long edit = (long)((Int128)i * edits / inputs);
            int at = places[edit / HostileEdits.PerPlace];
            if (HostileEdits.Make(good, at, (int)(edit % HostileEdits.PerPlace)) is { } changed)
            {
                tried++;
                worst = Math.Max(worst, Try(door, changed, $"byte {at}, edit {edit % HostileEdits.PerPlace}", ref refused));
            }
        }

        TestContext.Out.WriteLine($"{good.Length:N0} bytes, {tried:N0} inputs, {refused:N0} refused, at most {worst:N0} bytes allocated");
        Assert.That(tried, Is.GreaterThan(TestScale.Of(80)));
    }

    [TestCaseSource(nameof(Claims))]
    public void Read_ClaimsMuch_IsReadOrRefusedWithLittleMemory(string name, string claim)
    {
        using IDisposable planted = PlantedBugs.Plant(PlantedBugs.ChecksumsAreZero);
        HostileDoor door = Find(name);
        byte[] bytes = door.Claims.First(one => one.Name == claim).Make();
        long refused = 0;
        long allocated = Try(door, bytes, claim, ref refused);
        TestContext.Out.WriteLine($"{bytes.Length:N0} bytes: {allocated:N0} allocated, {(refused > 0 ? "refused" : "read")}");
    }

    [Test]
    public void Doors_AllFormats_AreCovered()
    {
        Assembly[] assemblies = [typeof(ColumnType).Assembly, typeof(Table).Assembly];
        IEnumerable<string> pages = Directory.GetFiles(Path.Combine(SourceFile.RepositoryRoot(), "docs", "formats"), "*.md")
            .Select(page => Path.GetFileName(page)!);
        IEnumerable<string> constants = assemblies.SelectMany(assembly => assembly.GetTypes())
            .Where(type => type.Name.EndsWith("Format", StringComparison.Ordinal) && type.IsAbstract && type.IsSealed)
            .Select(type => type.Name);
        IEnumerable<string> sources = typeof(IEventSource).Assembly.GetTypes()
            .Where(type => type.IsClass && type.IsAssignableTo(typeof(IEventSource))).Select(type => type.Name);
        string[] formats = [.. pages, .. constants, .. sources];
        Assert.That(formats, Has.Length.GreaterThan(25), "reflection was meant to find them");
        HashSet<string> covered = [.. HostileDoors.All.SelectMany(door => door.Covers), .. NotRead.Keys];
        Assert.That(formats.Where(format => !covered.Contains(format)), Is.Empty, "a format without hostile inputs: add a door");
    }

    private static IEnumerable<TestCaseData> Claims() =>
        HostileDoors.All.SelectMany(door => door.Claims.Select(claim => new TestCaseData(door.Name, claim.Name)));

    private static HostileDoor Find(string name) => HostileDoors.All.First(door => door.Name == name);

    private static long Try(HostileDoor door, byte[] bytes, string what, ref long refused)
    {
        bool isRefused = false;
        long allocated;
        try
        {
            allocated = Allocation.Of(() => door.Read(bytes), e => isRefused = door.IsTyped(e));
        }
        catch (Exception e)
        {
            throw new AssertionException($"{door.Name}, {what}: {e.GetType().Name}: {e.Message}\n{e.StackTrace}", e);
        }

        refused += isRefused ? 1 : 0;
        Assert.That(allocated, Is.LessThan(Allocation.Most), $"{door.Name}, {what}");
        return allocated;
    }
}
