# Loads the cmdlets into a load context of their own; see src/SmartFhir.Loader. Uses nothing but the engine: a bare host has no Utility module.
$loader = [IO.Path]::Combine($PSScriptRoot, 'bin', 'net8.0', 'SmartFhir.Loader.dll')
if (-not [IO.File]::Exists($loader)) {
    throw "SmartFhir is not built: $loader is missing. Run 'dotnet build' in the source tree."
}

Import-Module ([IO.Path]::Combine($PSScriptRoot, 'SmartFhir.Resource.psd1'))
$cmdlets = Import-Module -Assembly ([SmartFhir.ModuleLoadContext]::LoadCmdlets()) -PassThru -Force

# An assembly that the process has imported before exports nothing (PowerShell issue 20710): hand its cmdlets on.
$addExportedCmdlet = [Management.Automation.PSModuleInfo].GetMethod('AddExportedCmdlet', [Reflection.BindingFlags]'Instance, NonPublic')
foreach ($cmdlet in $cmdlets.ExportedCmdlets.Values) {
    $addExportedCmdlet.Invoke($ExecutionContext.SessionState.Module, @(, $cmdlet))
}

# Invoke-SmartFhirRequest Patient/123 | ConvertTo-Json gives the whole resource: its own default cuts at depth 2.
# A default of the user's own stays, by whatever pattern: of two that differ PowerShell would take neither.
$own = $global:PSDefaultParameterValues.Keys.Where({ $command, $parameter = $_ -split ':'; 'ConvertTo-Json' -like $command -and 'Depth' -like $parameter })
if ($env:SMARTFHIR_NO_DEFAULTS -ne '1' -and $null -ne $global:PSDefaultParameterValues -and $own.Count -eq 0) {
    $global:PSDefaultParameterValues['ConvertTo-Json:Depth'] = 100
    $ExecutionContext.SessionState.Module.OnRemove = {
        if ($global:PSDefaultParameterValues.'ConvertTo-Json:Depth' -eq 100) {
            $global:PSDefaultParameterValues.Remove('ConvertTo-Json:Depth')
        }
    }
}
