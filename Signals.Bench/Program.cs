using Signals.Bench.Cliffs;
using Signals.Bench.Cold;
using Signals.Bench.Compare;
using Signals.Bench.Histories;
using Signals.Bench.Import;
using Signals.Bench.Memory;
using Signals.Bench.Micro;
using Signals.Bench.Receipts;
using Signals.Bench.Serving;
using Signals.Bench.Sizes;
using Signals.Bench.Soak;
using Signals.Bench.Tenants;
using Signals.Bench.Vectors;

try
{
    switch (args)
    {
        case ["budget", .. string[] rest]:
            return BudgetCommand.Parse(rest).Run();
        case ["cliffs", .. string[] rest]:
            return CliffsCommand.Parse(rest).Run();
        case ["cold", .. string[] rest]:
            return ColdCommand.Parse(rest).Run();
        case ["compare", .. string[] rest]:
            return new CompareCommand(CompareOptions.Parse(rest)).Run();
        case ["fill", .. string[] rest]:
            return FillCommand.Run(rest);
        case ["histories", .. string[] rest]:
            return HistoriesCommand.Parse(rest).Run();
        case ["import", .. string[] rest]:
            return ImportCommand.Run(rest);
        case ["micro", .. string[] rest]:
            return MicroCommand.Run(rest);
        case ["noisy", .. string[] rest]:
            return NoisyCommand.Parse(rest).Run();
        case ["receipts", .. string[] rest]:
            return ReceiptsCommand.Parse(rest).Run();
        case ["soak", .. string[] rest]:
            return SoakCommand.Parse(rest).Run();
        case ["vectors", .. string[] rest]:
            return VectorCommand.Parse(rest).Run();
        case ["serving", .. string[] rest]:
            return ServingCommand.Parse(rest).Run();
        case ["sizes", .. string[] rest]:
            return SizesCommand.Run(rest);
        default:
            Console.Error.WriteLine(CompareOptions.Usage);
            Console.Error.WriteLine(BudgetCommand.Usage);
            Console.Error.WriteLine(CliffsCommand.Usage);
            Console.Error.WriteLine(ColdCommand.Usage);
            Console.Error.WriteLine(HistoriesCommand.Usage);
            Console.Error.WriteLine(ImportCommand.Usage);
            Console.Error.WriteLine(MicroCommand.Usage);
            Console.Error.WriteLine(NoisyCommand.Usage);
            Console.Error.WriteLine(ReceiptsCommand.Usage);
            Console.Error.WriteLine(ServingCommand.Usage);
            Console.Error.WriteLine(SizesCommand.Usage);
            Console.Error.WriteLine(SoakCommand.Usage);
            Console.Error.WriteLine(VectorCommand.Usage);
            return 2;
    }
}
catch (FormatException error)
{
    Console.Error.WriteLine(error.Message);
    return 2;
}
