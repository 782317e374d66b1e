# A resource must behave as a PSCustomObject does, in everything that pwsh can do with one.

BeforeAll {
    Import-Module ([IO.Path]::GetFullPath("$PSScriptRoot/../../SmartFhir.psd1")) -Force
    $session = Connect-SmartFhir -Sandbox
    $patient = Invoke-SmartFhirRequest "Patient/$($session.Patient)"
    $json = Invoke-SmartFhirRequest "Patient/$($session.Patient)" -OutputType Json
}

AfterAll {
    Get-SmartSession | Disconnect-SmartFhir
    Remove-Module SmartFhir
}

Describe 'Invoke-SmartFhirRequest Patient/<id> | ConvertTo-Json' {
    It 'gives the complete resource with no argument' {
        $text = Invoke-SmartFhirRequest "Patient/$($session.Patient)" | ConvertTo-Json
        $text | Test-Json | Should -BeTrue
        ($text | ConvertFrom-SmartFhirJson | ConvertTo-SmartFhirJson) | Should -BeExactly ($json | ConvertFrom-SmartFhirJson | ConvertTo-SmartFhirJson -Indented | ConvertFrom-SmartFhirJson | ConvertTo-Json | ConvertFrom-SmartFhirJson | ConvertTo-SmartFhirJson)
        ($text -replace '\s') | Should -BeExactly ($json -replace '\s')
    }
}

Describe 'A resource on the pipeline' {
    It 'is read, case does not matter' {
        $patient.ID | Should -BeExactly $session.Patient
        $patient.name[0].family | Should -Not -BeNullOrEmpty
    }

    It 'is a SmartFhir.Resource to scripts' {
        $patient -is [SmartFhir.Resource] | Should -BeTrue
        $patient.PSTypeNames[0] | Should -Be 'SmartFhir.Resource#Patient'
    }

    It 'works with Select-Object, Where-Object, Sort-Object and Group-Object' {
        $observations = Invoke-SmartFhirRequest Observation -First 30
        ($patient | Select-Object id, gender).gender | Should -Be $patient.gender
        ($observations | Where-Object status -EQ final).Count | Should -Be 30
        ($observations | Sort-Object effectiveDateTime -Descending)[0].effectiveDateTime | Should -Be (($observations.effectiveDateTime | Sort-Object -Descending)[0])
        ($observations | Group-Object { $_.code.text } | Measure-Object Count -Sum).Sum | Should -Be 30
    }

    It 'shows its elements to Get-Member' {
        ($patient | Get-Member -MemberType Properties).Name | Should -Contain 'birthDate'
    }

    It 'is changed at the top and deep inside, and nothing else of it changes' {
        $copy = $json | ConvertFrom-SmartFhirJson
        $copy.active = $false
        $copy.name[0].family = 'Changed'
        $copy | ConvertTo-SmartFhirJson | Should -BeExactly ($json -replace '"active":true', '"active":false' -replace '"family":"[^"]*"', '"family":"Changed"')
    }

    It 'takes a new element with Add-Member' {
        $copy = $json | ConvertFrom-SmartFhirJson
        $copy | Add-Member -NotePropertyName language -NotePropertyValue 'en'
        ($copy | ConvertTo-SmartFhirJson | ConvertFrom-SmartFhirJson).language | Should -Be 'en'
    }

    It 'survives Export-Csv and Export-Clixml' {
        $patient | Select-Object id, birthDate | Export-Csv "$TestDrive/p.csv"
        (Import-Csv "$TestDrive/p.csv").birthDate | Should -Be $patient.birthDate
        $patient | Export-Clixml "$TestDrive/p.xml"
        (Import-Clixml "$TestDrive/p.xml").name[0].family | Should -Be $patient.name[0].family
    }

    It 'arrives in a job with its JSON' {
        Start-Job { param($resource) "$resource" } -ArgumentList $patient | Receive-Job -Wait -AutoRemoveJob | Should -BeExactly $json
    }

    It 'arrives in ForEach-Object -Parallel as it is, and the session can be used there' {
        $manifest = [IO.Path]::GetFullPath("$PSScriptRoot/../../SmartFhir.psd1")
        $ids = 1..4 | ForEach-Object -Parallel { Import-Module $using:manifest; ($using:patient).id; (Invoke-SmartFhirRequest Patient -First 1 -Session $using:session).id } -ThrottleLimit 4
        $ids | Should -Be (@($session.Patient) * 8)
    }

    It 'completes the names of its elements' {
        $global:completed = $patient
        (TabExpansion2 '$completed.birthD' 17).CompletionMatches.CompletionText | Should -Contain 'birthDate'
        Remove-Variable completed -Scope Global
    }

    It 'stops the search when Select-Object has enough' {
        $count = 0
        $ids = Invoke-SmartFhirRequest 'Observation?_count=1' -All | ForEach-Object { $count++; $_ } | Select-Object -First 3 | ForEach-Object id
        $ids.Count | Should -Be 3
        $count | Should -Be 3
    }
}

Describe 'Views' {
    It '<Type> shows <Columns>' -ForEach @(
        @{ Type = 'Patient'; Columns = 'Id', 'Name', 'Gender', 'BirthDate', 'Address' }
        @{ Type = 'Observation'; Columns = 'Id', 'Date', 'Code', 'Value', 'Status' }
        @{ Type = 'Condition'; Columns = 'Id', 'Onset', 'Code', 'Clinical', 'Verification' }
        @{ Type = 'Encounter'; Columns = 'Id', 'Start', 'Class', 'Type', 'Status' }
        @{ Type = 'MedicationRequest'; Columns = 'Id', 'AuthoredOn', 'Medication', 'Intent', 'Status' }
        @{ Type = 'Immunization'; Columns = 'ResourceType', 'Id', 'LastUpdated', 'Summary' }
    ) {
        $resources = Invoke-SmartFhirRequest $Type -First 2
        if (-not $resources) {
            $resources = "{""resourceType"":""$Type"",""id"":""1""}" | ConvertFrom-SmartFhirJson
        }

        $header = ($resources | Out-String -Width 160).Split("`n").Trim().Where({ $_ }, 'First')
        ($header -split '\s{1,}') | Should -Be $Columns[0..($Columns.Count - 1)] -Because $header
    }

    It 'does not show a token' {
        $plain = (Get-SmartToken -AsPlainText).AccessToken
        (Get-SmartToken -AsPlainText | Out-String) | Should -Not -BeLike "*$plain*"
        ($session, (Get-SmartToken) | Out-String) | Should -Not -BeLike "*$plain*"
    }

    It 'OperationOutcome and Bundle have their own' {
        Invoke-SmartFhirRequest Patient | Out-String | Should -BeLike '*searchset*Patient 1*'
        '{"resourceType":"OperationOutcome","issue":[{"severity":"error","code":"invalid","diagnostics":"Why","expression":["Patient.gender"]}]}' |
            ConvertFrom-SmartFhirJson | Out-String -Width 160 | Should -BeLike '*error*invalid*Why*Patient.gender*'
    }
}
