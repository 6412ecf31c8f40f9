namespace Signals.Tests.Checkpoints;

/// <summary>The target of the other tests holds the contract as well.</summary>
[Category("Fast")]
internal sealed class MemoryTargetTests : TargetContract
{
    [SetUp]
    public void SetUp() => Target = new MemoryTarget(TimeProvider.System);
}
