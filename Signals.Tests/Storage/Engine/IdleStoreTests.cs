using System.Globalization;
using Signals.Tests.Reliability;

namespace Signals.Tests.Storage.Engine;

/// <summary>
/// A store that holds little takes little, whatever its settings would let it take. The memory is that of a process of its own, because
/// other tests take and give back memory at the same time.
/// </summary>
[Category("Fast")]
internal sealed class IdleStoreTests
{
    private const long MostMemory = 2 << 20;
    private const long MostOnDisk = 1 << 20;

    private string _folder = null!;

    [SetUp]
    public void SetUp() => _folder = Directory.CreateTempSubdirectory("signals-").FullName;

    [TearDown]
    public void TearDown() => Directory.Delete(_folder, recursive: true);

    [Test]
    [Platform("Linux")]
    public void Open_ManyStoresOfAFewEvents_TakeLittleEach([Values(0, 1000)] int events)
    {
        (int code, string said, string errors) = ChildProcess.RunIdle(_folder, events);
        Assert.That(code, Is.Zero, errors);
        long[] figures = [.. said.Split(' ').Select(word => long.Parse(word, CultureInfo.InvariantCulture))];
        TestContext.Out.WriteLine($"{figures[0]:N0} bytes of memory and {figures[1]:N0} bytes on disk for each store");
        Assert.That(figures[0], Is.LessThan(MostMemory).And.Positive);
        Assert.That(figures[1], Is.LessThan(MostOnDisk).And.Positive);
    }
}
