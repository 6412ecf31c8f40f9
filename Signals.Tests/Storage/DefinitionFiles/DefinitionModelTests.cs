using Signals.Core.DefinitionVersions;
using Signals.Definitions;
using Signals.Tests.Simulation;
using static Signals.Tests.Core.DefinitionVersions.RegistrySamples;
using static Signals.Tests.Storage.DefinitionFiles.DefinitionFileSample;

namespace Signals.Tests.Storage.DefinitionFiles;

/// <summary>Random registrations, activations, rollbacks, shadows, failed writes and restarts, compared with a plain model.</summary>
[Category("Fast")]
internal sealed class DefinitionModelTests
{
    private const int MaxVersions = 4;
    private static readonly RegistrationCode<string> Plain = new(Compile, Compile, HasOwnStages: false);
    private static readonly DefinitionRegistryOptions Options = new() { MaxVersions = MaxVersions };

    [Test]
    public void Registry_AnyCallsAndRestarts_EqualsTheModel([Range(1, 30)] int seed)
    {
        SimRandom random = new((ulong)seed);
        SimFileSystem files = NewFiles();
        DefinitionRegistry<string> registry = Open(files, Options);
        RegistryModel model = new(MaxVersions);
        int newest = 0;
        for (int step = 0; step < 150; step++)
        {
            string what = $"seed {seed}, step {step}";
            switch (random.Below(12))
            {
                case 0 or 1:
                    registry = Open(files, Options);
                    model.Restart();
                    break;
                case 2 or 3 or 4 or 5:
                    int version = random.Coin() ? newest + 1 : model.AnyVersion(random);
                    newest = Math.Max(newest, version);
                    bool isByOperator = random.Below(4) == 0;
                    registry.Register(Feed(version), Plain, isByOperator ? RegistrationOrigin.Operator : RegistrationOrigin.Code);
                    model.Register(version, isByOperator);
                    break;
                case 6:
                    int known = random.Below(newest + 2);
                    Assert.That(registry.Activate("feed", known), Is.EqualTo(model.Activate(known)), what);
                    break;
                case 7:
                    Assert.That(registry.RollBack("feed"), Is.EqualTo(model.RollBack()), what);
                    break;
                case 8:
                    Assert.That(registry.Retire("feed"), Is.EqualTo(model.Retire()), what);
                    break;
                case 9:
                    Assert.That(
                        registry.StartShadow("feed", Feed(step + 1000), every: 1) is not null,
                        Is.EqualTo(model.StartShadow(step + 1000)), what);
                    break;
                case 10:
                    bool isRemoved = random.Below(4) == 0;
                    bool isDone = isRemoved ? registry.Remove("feed") : registry.StopShadow("feed");
                    Assert.That(isDone, Is.EqualTo(isRemoved ? model.Remove() : model.StopShadow()), what);
                    break;
                default:
                    Refused(registry, files, model, newest + 1);
                    break;
            }

            RequireEqual(registry, model, what);
        }
    }

    /// <summary>A write that fails, and a version number with other content: neither changes anything.</summary>
    private static void Refused(DefinitionRegistry<string> registry, SimFileSystem files, RegistryModel model, int next)
    {
        files.Refuses = static operation => operation.Kind == SimOperationKind.Write;
        Assert.That(() => registry.Register(Feed(next)), Throws.InstanceOf<FileOperationException>());
        files.Refuses = null;
        foreach (int version in model.Versions)
        {
            SequenceDefinition other = Feed(version) with { Description = "other" };
            Assert.That(() => registry.Register(other), Throws.TypeOf<DefinitionException>(), $"version {version}");
        }
    }

    private static void RequireEqual(DefinitionRegistry<string> registry, RegistryModel model, string what)
    {
        Assert.That(Served(registry), Is.EqualTo(model.Served is { } served ? $"feed v{served} size 10" : null), what);
        Assert.That(registry.Versions("feed").Select(version => version.Definition.Version), Is.EqualTo(model.Versions), what);
        Assert.That(
            registry.Versions("feed").Where(version => version.IsActive).Select(version => version.Definition.Version),
            Is.EqualTo(model.Served is { } active ? [active] : Array.Empty<int>()), what);
        registry.TryGet("feed", out RegisteredDefinition<string>? registered);
        Assert.That(registered?.Shadow?.Candidate.Definition.Version, Is.EqualTo(model.Shadow), what);
    }
}
